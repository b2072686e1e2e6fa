import { gleanerConformance, onFolder } from '#core/conformance'
import glaneur from './index.ts'
import { createSimulator } from './simulator.ts'

gleanerConformance('Le glaneur SFTP', glaneur, async () => {
  const simulator = await createSimulator()
  return {
    config: simulator.config,
    refused: { config: { motDePasse: 'sésame-erroné' }, secret: 'sésame-erroné' },
    faults: simulator.faults,
    ...(await onFolder(simulator.folder)),
    close: () => simulator.close(),
  }
})
