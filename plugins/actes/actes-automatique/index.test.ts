import { expect, test } from 'vitest'
import { PermanentError } from '#core'
import { fakeTown, fileNamed, testHub } from '#core/testing'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { tdtActes } from '../../steps/tdt-actes/index.ts'
import flow from './index.ts'

const acte = fileNamed('arrete.pdf')
const acted = {
  objet: 'Arrêté de circulation',
  arrete: acte,
  'tdtActes.nature': '2',
  'tdtActes.numero': 'ARR_2026_7',
  'tdtActes.date': '2026-01-15',
  'tdtActes.classification': { value: '6.1', label: '6.1 Police municipale' },
  'tdtActes.typologie': [{ sha256: acte.sha256, name: acte.name, value: '99_AR', label: 'Arrêté (99_AR)' }],
}
const CIRCUIT = { value: 'actes/arretes', label: 'Actes / Arrêtés' }
const NONE = { envoiSignature: false, envoiSignatureApi: false, envoiTdt: false, envoiGed: false, envoiSae: false }
const ALL = { envoiSignature: true, envoiTdt: true, envoiGed: true, envoiSae: true, 'signature.circuit': CIRCUIT }

const town = async (values: object) => {
  const remotes = fakeTown()
  const hub = testHub(flow, [archivage, depotGed, signature, tdtActes], remotes.capabilities)
  const document = await hub.create({ ...acted, ...NONE, ...values })
  return { ...remotes, hub, document }
}

test('les étapes se suivent sans personne, et l’acte se termine', async () => {
  const { document, hub, parapheur, tdt, ged, sae } = await town(ALL)
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

test('un acte transmis ailleurs est archivé avec l’accusé donné à la main, sans rien demander au TdT', async () => {
  const { document, hub, tdt, sae } = await town({ envoiSae: true, arPrefecture: fileNamed('ar.xml') })
  await document.submit()
  await hub.advance('1 min')
  sae.accept()
  await hub.advance('20 min')
  expect([document.state, tdt.actes.size]).toEqual(['termine', 0])
})

test('rien n’est coché : il ne part pas', async () => {
  const { document } = await town({})
  await expect(document.submit()).rejects.toThrow('cocher au moins une étape')
})

test('refusé au parapheur, il se rouvre', async () => {
  const { document, hub, parapheur } = await town(ALL)
  await document.submit()
  parapheur.refuse('Article 2 à revoir')
  await hub.advance('1 min')
  expect(document.state).toBe('signature.refuse')
  await document.ask('rouvrir')
  expect(document.state).toBe('brouillon')
})

test('rejeté par la préfecture, il se rouvre avec son motif', async () => {
  const { document, hub, tdt } = await town({ envoiTdt: true })
  await document.submit()
  tdt.reject('Typologie non autorisée')
  await hub.advance('5 min')
  expect([document.state, document.message]).toEqual(['tdtActes.rejete', 'Typologie non autorisée'])
  await document.ask('rouvrir')
  expect(document.state).toBe('brouillon')
})

test.each([
  ['signature.erreurEnvoi', 'parapheur', 'signature.envoyer', 'signature.envoye'],
  ['tdtActes.erreurEnvoi', 'tdt', 'tdtActes.envoyer', 'tdtActes.envoye'],
  ['ged.erreur', 'ged', 'ged.deposer', 'sae.envoye'],
] as const)('%s : l’échec se réessaie, et la suite part d’elle-même', async (state, remote, retry, after) => {
  const only = { signature: { envoiSignature: true }, tdtActes: { envoiTdt: true }, ged: { envoiGed: true } }
  const step = state.split('.')[0] as keyof typeof only
  const all = await town({ ...ALL, ...NONE, ...only[step], envoiSae: true })
  all[remote].mishaps.failOnce(new PermanentError('Refusé.'))
  await all.document.submit()
  await all.hub.settleDown()
  expect(all.document.state).toBe(state)
  await all.document.ask(retry)
  await all.hub.settleDown()
  expect(all.document.state).toBe(after)
})
