import { expect, test } from 'vitest'
import { samplePes } from '#core/testing'
import { ancienHelios, sent } from '../ancien.fixture.ts'
import flow from './index.ts'

ancienHelios(flow)

test('les étapes se suivent sans personne', async () => {
  const { document, hub, parapheur, helios, sae } = await sent(flow)
  parapheur.sign(await hub.ports.files.save(samplePes(), 'mandats-signes.xml'))
  await hub.advance('1 min')
  expect(document.state).toBe('tdtHelios.envoye')
  helios.answer('accepted')
  await hub.advance('5 min')
  expect(document.state).toBe('sae.envoye')
  sae.accept()
  await hub.advance('10 min')
  expect(document.state).toBe('termine')
})
