import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { gleanerConnector, localVolume } from '#core'
import { gleanerConformance, onFolder } from '#core/conformance'
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

gleanerConformance(
  'Le glaneur d’un dossier du serveur',
  mortal,
  async () => {
    const simulator = await createSimulator()
    faults = simulator.faults
    await symlink('/var/secret-0f3a', join(simulator.folder, 'lien'))
    return {
      config: simulator.config,
      refused: { config: { repertoire: join(simulator.folder, 'lien') }, secret: 'secret-0f3a' },
      faults,
      ...(await onFolder(simulator.folder)),
      close: () => simulator.close(),
    }
  },
  { cut: ['zip', 'dossier', 'vrac'] },
)

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
