import { tdtActesConformance, tdtHeliosConformance } from '#core/conformance'
import { createAuthority } from '#core/testing'
import connector from './index.ts'
import { createSimulator } from './simulator.ts'

const authority = createAuthority()
const refused = { config: { certificatMotDePasse: 'faux-mot-de-passe' }, secret: 'faux-mot-de-passe' }

tdtActesConformance('FAST', connector, async () => {
  const simulator = await createSimulator({ authority })
  return {
    config: simulator.config,
    refused,
    faults: simulator.faults,
    creation: / traiterACTES$/u,
    cancellation: / traiterACTES$/u,
    stamping: /^GET .*\.pdf$/u,
    lacks: ['slip', 'postedOn'],
    count: kind => simulator.count(kind),
    acknowledge: () => simulator.acknowledge(),
    fail: detail => simulator.fail(detail),
    close: () => simulator.close(),
  }
})

tdtHeliosConformance('FAST', connector, async () => {
  const simulator = await createSimulator({ authority })
  return {
    config: simulator.config,
    refused,
    faults: simulator.faults,
    sending: / upload$/u,
    acquit: / downloadAcknowledgement$/u,
    lacks: ['refusalReason'],
    count: () => simulator.count('pes'),
    lastSize: () => simulator.documents.at(-1)?.file.size ?? 0,
    answer: verdict => simulator.answer(verdict),
    fail: () => simulator.failPes(),
    close: () => simulator.close(),
  }
})
