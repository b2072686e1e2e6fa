import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connectorsHub, filledIn, SLOT } from '../connectors/service.fixture.ts'
import type { Document } from '../engine/model.ts'
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

describe('les dossiers qui portent la même valeur', () => {
  const at = { step: 'visa', capability: 'signature', field: 'dossierId' } as const
  const found = async (document: Document) => {
    const ids: string[] = []
    for await (const { id } of await kin().siblings(document, at)) ids.push(id)
    return ids
  }

  test('se lisent tous, lui compris, par pages et dans l’ordre, tels que leur étape les voit', async () => {
    const first = await sent(ville, '2026')
    for (let n = 0; n < 2; n++) await sent(ville, '2025')
    await database.knex.raw(
      `with copies as (
         insert into documents select (jsonb_populate_record(d, jsonb_build_object(
             'id', 'z' || lpad(n::text, 4, '0'), 'created_at', d.created_at + interval '1 second'))).*
         from documents d cross join generate_series(1, 450) n where d.entity_id = ? and d.id = ? returning entity_id, id, created_at)
       insert into document_index (entity_id, document_id, field, value, flow_id, created_at)
       select c.entity_id, c.id, 'visa.dossierId', '2026', 'deliberation', c.created_at from copies c`,
      [ville, first.id],
    )
    const ids = await found(first)
    expect(ids).toHaveLength(451)
    expect([ids[0], ids.at(-1), new Set(ids).size]).toEqual([first.id, 'z0450', 451])
    for await (const { inputs, data } of await kin().siblings(first, at)) {
      expect([inputs['document'], data['dossierId']]).toEqual([acte, '2026'])
      break
    }
    expect(await found({ ...first, data: {} })).toEqual([])
  })

  test('viennent de toutes les entités que sert le même connecteur, et d’aucune autre', async () => {
    const service = await town(database.knex, 'Service', ville)
    const [mine, , ofParent] = [await sent(service, '2026'), await sent(autre, '2026'), await sent(ville, '2026')]
    expect(await found(mine)).toEqual([mine.id])
    const hub = await connectorsHub(database.knex)
    const admin = { entityId: ville, userId: '1' }
    const { id } = await hub.connectors.create(admin, {
      connector: 'parapheur-essai',
      label: 'Parapheur',
      config: filledIn,
    })
    await hub.connectors.associate(admin, { flow: '*', slot: SLOT, instanceId: id })
    expect(await found(mine)).toEqual([ofParent.id, mine.id])
    await hub.close()
  })
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
