import { expect, test } from 'vitest'
import { PermanentError } from '#core'
import { demanded, fakeTown, fileNamed, testHub, typesChecked } from '#core/testing'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { transformation } from '../../steps/transformation/index.ts'
import flow from './index.ts'

/** What the connector brings: no box is ticked. */
const collected = {
  dossierId: '6f1c2a4e',
  dossierNom: 'Convention de partenariat',
  documentsSignes: [fileNamed('convention.pdf'), fileNamed('avenant.pdf')],
  annexes: [fileNamed('plan.pdf')],
  bordereau: fileNamed('bordereau.pdf'),
  premis: fileNamed('i_Parapheur_internal_premis.xml'),
}
const town = async (values: object = {}, computed: Readonly<Record<string, string>> = {}) => {
  const remotes = fakeTown()
  const steps = [transformation, depotGed, archivage]
  const transform = async () => computed
  const hub = testHub(flow, steps, { ...remotes.capabilities, transformation: { transform } })
  return { ...remotes, hub, document: await hub.create({ ...collected, ...values }) }
}

test('la transformation dit où va un dossier récupéré : GED, puis archives', async () => {
  const { document, hub, ged, sae } = await town({}, { envoiDepot: 'true', envoiSae: 'true' })
  await document.submit()
  await hub.settleDown()
  expect([document.current.title, document.state, ged.deposits.size]).toEqual([
    'Convention de partenariat',
    'sae.envoye',
    1,
  ])
  sae.accept()
  await hub.advance('20 min')
  expect(document.state).toBe('termine')
})

test('sans case cochée ni transformation, le dossier récupéré est simplement gardé', async () => {
  const { document, ged } = await town()
  await document.submit()
  expect([document.state, ged.deposits.size]).toEqual(['termine', 0])
})

test.each([
  ['le document signé', { documentsSignes: [] }, '« Documents signés »'],
  ['le bordereau', { bordereau: undefined }, '« Bordereau de signature »'],
  ["l'historique", { premis: undefined }, '« Historique du parapheur (PREMIS) »'],
])('sans %s, il ne part pas', async (_cas, values, sentence) => {
  const { document } = await town(values)
  await expect(document.submit()).rejects.toThrow(sentence)
})

test('chaque échec s’explique et reprend', async () => {
  const wrong = await town({}, { inconnu: '1' })
  await wrong.document.submit()
  expect([wrong.document.state, wrong.document.buttons['transformation.transformer']]).toEqual([
    'transformation.erreur',
    true,
  ])
  const { document, hub, ged, sae, seda } = await town({ envoiDepot: true, envoiSae: true })
  ged.mishaps.failOnce(new PermanentError('Le dossier est en lecture seule.'))
  await document.submit()
  expect([document.state, document.message]).toEqual(['ged.erreur', 'Le dossier est en lecture seule.'])
  seda.mishaps.failOnce(new PermanentError('Service producteur absent.'))
  await document.ask('ged.deposer')
  expect(document.state).toBe('sae.erreurGeneration')
  await document.ask('sae.generer')
  sae.refuse('300', 'Accord de versement invalide')
  await hub.advance('20 min')
  expect([document.state, document.buttons['sae.regenerer']]).toEqual(['sae.refuse', true])
})

test('ce que le formulaire exige, et les fichiers dont il vérifie le type', async () => {
  const { hub } = await town()
  expect(await demanded(hub, collected)).toEqual(['dossierId', 'dossierNom', 'documentsSignes', 'bordereau', 'premis'])
  expect(await typesChecked(hub, collected)).toEqual(['premis'])
})
