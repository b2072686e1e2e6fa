import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settle } from '../engine/settle.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { deliberationFlow as flow, newDocument, NOW, testStore, town } from './documents.fixture.ts'
import { countDocuments, countFound, searchDocuments, type DocumentSearch } from './search.ts'
import type { StoredDocuments } from './store.ts'

let database: TestDatabase
let store: StoredDocuments
let ville: string

const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000)

beforeAll(async () => {
  database = await testDatabase()
  store = testStore(database.knex)
  ville = await town(database.knex)
  await store.create(newDocument(ville, { objet: 'Halle 50 %', numero: 'A_1' }))
  const sent = await store.create(newDocument(ville, { objet: 'Halle aux grains', numero: 'B\\2' }, later(1)))
  await store.commit(settle(flow, sent, { is: 'sent' }, later(10)), 1)
  const twice = await store.create(newDocument(ville, { objet: 'Marché', numero: undefined }, later(2)))
  const first = await store.commit(settle(flow, twice, { is: 'sent' }, later(11)), 1)
  const back = await store.commit(
    settle(flow, first, { is: 'forced', state: 'brouillon', reason: 'essai', by: '1' }, later(12)),
    2,
  )
  await store.commit(settle(flow, back, { is: 'sent' }, later(13)), 3)
})
afterAll(() => database.close())

const titles = async (search: Partial<DocumentSearch>) =>
  (await searchDocuments(database.knex, { entityId: ville, readable: [flow.id], limit: 50, ...search })).map(
    each => each.title,
  )

describe('une recherche', () => {
  test('va du dernier état atteint au plus ancien, par fenêtres', async () => {
    expect(await titles({})).toEqual(['Marché', 'Halle aux grains', 'Halle 50 %'])
    expect(await titles({ ascending: true, offset: 1, limit: 1 })).toEqual(['Halle aux grains'])
    expect(await titles({ orderBy: 'title', ascending: true })).toEqual(['Halle 50 %', 'Halle aux grains', 'Marché'])
    expect(await titles({ orderBy: { field: 'numero' }, ascending: true })).toEqual([
      'Halle 50 %',
      'Halle aux grains',
      'Marché',
    ])
    expect(await titles({ readable: [] })).toEqual([])
    expect(await titles({ limit: 0 })).toEqual([])
  })

  test('lit le titre, les valeurs indexées et leurs signes particuliers', async () => {
    expect(await titles({ title: 'halle' })).toEqual(['Halle aux grains', 'Halle 50 %'])
    expect(await titles({ indexed: { numero: '\\2' } })).toEqual(['Halle aux grains'])
    expect(await titles({ indexed: { numero: '1' }, title: 'grains' })).toEqual([])
    expect(await titles({ title: '\0\\' })).toEqual([])
  })

  test('distingue le brouillon changé de celui qui ne l’est pas', async () => {
    expect(await titles({ states: [{ state: 'brouillon', changed: false }] })).toEqual(['Halle 50 %'])
    expect(await titles({ states: [{ state: 'brouillon', changed: true }] })).toEqual([])
    expect(await titles({ states: [] })).toEqual([])
  })

  test('suit les états passés : deux fois pour qui y est passé deux fois', async () => {
    const entered = { states: ['visa.aEnvoyer'] }
    expect(await titles({ entered })).toEqual(['Marché', 'Marché', 'Halle aux grains'])
    expect(await titles({ entered: { ...entered, before: later(11) } })).toEqual(['Halle aux grains'])
    expect(await titles({ neverEntered: ['visa.aEnvoyer'] })).toEqual(['Halle 50 %'])
    expect(await titles({ stateSince: { after: later(10) } })).toEqual(['Marché'])
  })

  test('compte', async () => {
    expect(await countFound(database.knex, { entityId: ville, readable: [flow.id], indexed: { numero: '_' } })).toBe(2)
    const readable = new Map([[flow.id, [ville]]])
    const counts = await countDocuments(database.knex, { readable })
    expect(counts.map(({ state, changed, count }) => [state, changed, count]).toSorted()).toEqual([
      ['brouillon', false, 1],
      ['visa.aEnvoyer', true, 2],
    ])
    expect(await countDocuments(database.knex, { readable: new Map() })).toEqual([])
  })
})
