import { expect, test } from 'vitest'
import { samplePes } from '#core/testing'
import { ancienHelios, sent } from '../ancien.fixture.ts'
import flow from './index.ts'

ancienHelios(flow)

test('chaque étape finie, le document attend « Poursuivre », et l’archivage le termine', async () => {
  const { document, hub, parapheur, helios, sae } = await sent(flow)
  parapheur.sign(await hub.ports.files.save(samplePes(), 'mandats-signes.xml'))
  await hub.advance('1 min')
  expect(document.state).toBe('signature.signe')
  await document.ask('poursuivre')
  helios.answer('accepted')
  await hub.advance('5 min')
  expect(document.state).toBe('tdtHelios.repondu')
  await document.ask('poursuivre')
  expect(document.state).toBe('ged.depose')
  await document.ask('poursuivre')
  await hub.advance('1 min')
  sae.accept()
  await hub.advance('10 min')
  expect(document.state).toBe('termine')
})
