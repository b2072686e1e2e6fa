import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { gleanerConnector, localVolume } from '#core'
import { gleanerConformance } from '#core/conformance'
import { connectForTest, faultyVolume, Faults } from '#core/testing'
import glaneurLocal from './index.ts'
import { createSimulator } from './simulator.ts'

// A disk cuts no connection: the process is what dies, between two operations.
let faults = new Faults()
const mortal = gleanerConnector({
  id: 'glaneur-local',
  version: 1,
  label: 'Glaneur',
  config: {},
  volume: async context => faultyVolume(localVolume(context, ''), faults),
})

gleanerConformance('Le glaneur d’un dossier du serveur', mortal, async () => {
  const simulator = await createSimulator()
  faults = simulator.faults
  await symlink('/var/secret-0f3a', join(simulator.folder, 'lien'))
  return {
    config: simulator.config,
    refused: { config: { repertoire: join(simulator.folder, 'lien') }, secret: 'secret-0f3a' },
    faults,
    put: async (path, content) => {
      await mkdir(dirname(join(simulator.folder, path)), { recursive: true })
      await writeFile(join(simulator.folder, path), content)
    },
    contents: async () => {
      const found: Record<string, Buffer> = {}
      for (const name of await readdir(simulator.folder, { recursive: true })) {
        if (name === 'lien') continue
        const path = join(simulator.folder, name)
        if ((await stat(path)).isFile()) found[name] = await readFile(path)
      }
      return found
    },
    close: () => simulator.close(),
  }
})

test('hors des dossiers que la plateforme autorise, rien n’est relevé', async () => {
  const simulator = await createSimulator()
  await using connected = await connectForTest(
    glaneurLocal,
    { ...simulator.config, correspondances: 'acte: .*' },
    { localFolders: ['/srv/passeur-absent'] },
  )
  await expect(connected.connector.check()).rejects.toThrow(/PASSEUR_DOSSIERS_LOCAUX/u)
  await simulator.close()
})
