import { expect, test } from 'vitest'
import { signatureConformance } from '#core/conformance'
import { createAuthority } from '#core/testing'
import connector from './index.ts'
import { createSimulator } from './simulator.ts'

const authority = createAuthority()

signatureConformance('FAST-Parapheur', connector, async () => {
  const simulator = await createSimulator({ authority })
  return {
    config: simulator.config,
    refused: { config: { certificatMotDePasse: 'faux-mot-de-passe' }, secret: 'faux-mot-de-passe' },
    faults: simulator.faults,
    circuit: '12',
    creation: / upload$/u,
    retrieval: / download$/u,
    lacks: ['search', 'refusalReason'],
    count: () => simulator.count('document'),
    sign: () => simulator.sign(),
    refuse: reason => simulator.refuse(reason),
    close: () => simulator.close(),
  }
})

test('x', () => expect(1).toBe(1))
