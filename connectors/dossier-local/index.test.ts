import { mkdir, readdir, readFile, stat, symlink } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { ConfigurationError, depositConnector, localVolume } from '#core'
import { gedConformance, largeFileConformance } from '#core/conformance'
import { connectForTest, faultyVolume, Faults, sampleDocument } from '#core/testing'
import dossierLocal from './index.ts'
import { createSimulator } from './simulator.ts'

const filesUnder = async (folder: string): Promise<Record<string, Buffer>> => {
  const found: Record<string, Buffer> = {}
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name)
    if (!relative(folder, path).startsWith('.passeur-') && (await stat(path)).isFile())
      found[name] = await readFile(path)
  }
  return found
}

// A disk cuts no connection: the process is what dies, between two operations.
let faults = new Faults()
const mortal = depositConnector({
  ...dossierLocal,
  config: { repertoire: dossierLocal.config.repertoire },
  volume: async context => faultyVolume(localVolume(context, context.config.repertoire), faults),
})

gedConformance('Le dépôt dans un dossier du serveur', mortal, async () => {
  const simulator = await createSimulator()
  faults = simulator.faults
  const inside = join(simulator.folder, 'dépôts')
  await mkdir(inside)
  await symlink('/var/secret-0f3a', join(simulator.folder, 'lien'))
  return {
    config: { repertoire: inside },
    refused: { config: { repertoire: join(simulator.folder, 'lien') }, secret: 'secret-0f3a' },
    faults,
    contents: () => filesUnder(inside),
    unfinished: async () => (await readdir(inside)).filter(name => name.startsWith('.passeur-')).length,
    close: () => simulator.close(),
    [Symbol.asyncDispose]: () => simulator.close(),
  }
})

largeFileConformance('Le dépôt dans un dossier du serveur', dossierLocal, async () => {
  const simulator = await createSimulator()
  return {
    config: simulator.config,
    sizeOf: async name => (await stat(join(simulator.folder, 'Gros', name))).size,
    [Symbol.asyncDispose]: () => simulator.close(),
  }
})

test('hors des dossiers autorisés, ni « Tester » ni le dépôt ne passent, et la phrase dit quoi demander', async () => {
  await using connected = await connectForTest(
    dossierLocal,
    { repertoire: '/tmp' },
    { localFolders: ['/srv/passeur-absent'] },
  )
  await expect(connected.connector.check()).rejects.toThrow(/PASSEUR_DOSSIERS_LOCAUX/u)
  const document = await sampleDocument(connected.context.files)
  await expect(connected.connector.ged.deposit(document, 'clé')).rejects.toThrow(ConfigurationError)
})

test('un répertoire absent est une erreur de réglage, qui le nomme', async () => {
  await using connected = await connectForTest(dossierLocal, { repertoire: '/tmp/passeur-nulle-part/a' })
  await expect(connected.connector.check()).rejects.toThrow(/« \/tmp\/passeur-nulle-part\/a ».*n'existe pas/u)
})
