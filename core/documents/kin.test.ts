import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { connectorsHub, filledIn, SLOT } from '../connectors/service.fixture.ts'
import { settle } from '../engine/settle.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { acte, deliberationFlow as flow, newDocument, NOW, testFlows, testStore, town } from './documents.fixture.ts'
import { createKin, relativesOf } from './kin.ts'
import type { StoredDocuments } from './store.ts'

let database: TestDatabase
let store: StoredDocuments
let ville: string
let autre: string

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())
beforeEach(async () => {
  store = testStore(database.knex)
  ville = await town(database.knex, 'Ville')
  autre = await town(database.knex, 'Autre ville')
})

const kin = () => {
  const files = { open: () => Promise.reject(new Error('no file')) as never }
  return createKin({ db: database.knex, store, flows: testFlows, files, clock: { now: () => NOW } })
}
const facture = {
  flow: 'deliberation',
  reference: 'facture',
  values: { titre_pastell: 'Facture 12' },
  link: { there: 'Facture', here: 'Formulaire' },
}

test('un document en crée un autre une seule fois, même demandé deux fois en même temps, et chacun connaît l’autre', async () => {
  const parent = await store.create(newDocument(ville))
  const [one, two] = await Promise.all([kin().create(parent, facture), kin().create(parent, facture)])
  expect(one.id).toBe(two.id)
  expect([one.is, two.is].toSorted()).toEqual(['created', 'known'])
  expect(await kin().create(parent, facture)).toMatchObject({ id: one.id, is: 'known' })
  const there = { entityId: ville, documentId: parent.id }
  expect(await relativesOf(database.knex, there)).toMatchObject([
    { label: 'Facture', id: one.id, title: 'Facture 12', state: 'brouillon' },
  ])
  expect(await relativesOf(database.knex, { entityId: ville, documentId: one.id })).toMatchObject([
    { label: 'Formulaire', id: parent.id },
  ])
})

test('ce qui empêche le document créé de partir est rendu, jusqu’à ce qu’il soit corrigé', async () => {
  const parent = await store.create(newDocument(ville))
  const { id, problems } = await kin().create(parent, { ...facture, then: { whenValid: 'envoyer' } })
  expect(problems.join(' ')).toContain('« Acte »')
  const created = await store.load(ville, id)
  if (!created) throw new Error('no document')
  const circuit = { value: '12', label: 'Maire' }
  const values = { acte, 'visa.circuit': circuit }
  await store.commit(settle(flow, created, { is: 'edited', values, what: 'Complété' }, NOW), created.version)
  expect(await kin().create(parent, facture)).toEqual({ id, is: 'known', problems: [] })
})

test('un flux qui n’est pas installé est dit, et rien n’est créé', async () => {
  const parent = await store.create(newDocument(ville))
  await expect(kin().create(parent, { ...facture, flow: 'facture-cpp' })).rejects.toThrow(
    "Le flux « facture-cpp » n'est pas installé",
  )
  expect(await relativesOf(database.knex, { entityId: ville, documentId: parent.id })).toEqual([])
})

/** A document that left its draft with this number. */
const sent = async (entityId: string, dossierId: string) => {
  const { document } = settle(flow, await store.create(newDocument(entityId)), { is: 'sent' }, NOW)
  const numbered = { is: 'edited', values: { 'visa.dossierId': dossierId }, what: 'Numéro' } as const
  return store.commit(settle(flow, document, numbered, NOW), 1)
}

test('les jumeaux sont de la même entité et ont quitté leur brouillon', async () => {
  const first = await sent(ville, 'PES-1')
  await sent(autre, 'PES-1')
  await store.create(newDocument(ville, { 'visa.dossierId': 'PES-1' }))
  const second = await sent(ville, 'PES-1')
  expect(await kin().twins(second, 'visa.dossierId')).toEqual([
    { id: first.id, title: first.title, state: 'visa.aEnvoyer', stateLabel: "Préparation de l'envoi" },
  ])
  expect(await kin().twins({ ...second, data: {} }, 'visa.dossierId')).toEqual([])
})

test('un flux n’est associé que si un administrateur l’a choisi pour lui, dans l’entité ou au-dessus', async () => {
  const service = await town(database.knex, 'Service', ville)
  const parent = await store.create(newDocument(service))
  const associated = () => kin().associated(parent, 'deliberation')
  expect([await associated(), await kin().associated(parent, 'inconnu')]).toEqual([false, false])
  const hub = await connectorsHub(database.knex)
  const at = { entityId: ville, userId: '1' }
  const { id } = await hub.connectors.create(at, { connector: 'parapheur-essai', label: 'Parapheur', config: filledIn })
  await hub.connectors.associate(at, { flow: '*', slot: SLOT, instanceId: id })
  expect(await associated()).toBe(false)
  await hub.connectors.associate(at, { flow: flow.id, slot: SLOT, instanceId: id })
  expect(await associated()).toBe(true)
  await hub.close()
})
