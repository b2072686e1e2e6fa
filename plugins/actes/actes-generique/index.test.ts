import { expect, test } from 'vitest'
import { ALL, ancienActes, town } from '../ancien.fixture.ts'
import flow from './index.ts'

ancienActes(flow)

test('chaque étape finie, l’acte attend « Poursuivre », et l’archivage le termine', async () => {
  const { document, hub, parapheur, tdt, sae } = await town(flow, ALL)
  await document.submit()
  parapheur.sign()
  await hub.advance('1 min')
  expect([document.state, document.buttons['poursuivre']]).toEqual(['signature.signe', true])
  await document.ask('poursuivre')
  tdt.acknowledge()
  await hub.advance('5 min')
  expect(document.state).toBe('tdtActes.acquitte')
  await document.ask('poursuivre')
  expect(document.state).toBe('ged.depose')
  await document.ask('poursuivre')
  await hub.advance('1 min')
  sae.accept()
  await hub.advance('20 min')
  expect(document.state).toBe('termine')
})
