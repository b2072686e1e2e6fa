import { expect, test } from 'vitest'
import { ALL, ancienActes, town } from '../ancien.fixture.ts'
import flow from './index.ts'

ancienActes(flow)

test('les étapes se suivent sans personne, et l’acte se termine', async () => {
  const { document, hub, parapheur, tdt, ged, sae } = await town(flow, ALL)
  await document.submit()
  parapheur.sign()
  await hub.advance('1 min')
  tdt.acknowledge()
  await hub.advance('5 min')
  sae.accept()
  await hub.advance('20 min')
  expect(document.state).toBe('termine')
  expect([parapheur.folders.size, tdt.actes.size, ged.deposits.size, sae.transfers.size]).toEqual([1, 1, 1, 1])
})
