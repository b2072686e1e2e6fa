import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settle } from '../engine/settle.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { deliberationFlow as flow, newDocument, NOW, testFlows, testStore, town } from './documents.fixture.ts'
import { listDocuments, type DocumentQuery } from './list.ts'
import type { StoredDocuments } from './store.ts'

let database: TestDatabase
let store: StoredDocuments
let ville: string

const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000)

beforeAll(async () => {
  database = await testDatabase()
  store = testStore(database.knex)
  ville = await town(database.knex)
  await store.create(newDocument(ville, { objet: 'Brouillon', numero: 'A_1' }))
  const sent = await store.create(newDocument(ville, { objet: 'Parti', numero: 'A_12' }, later(1)))
  await store.commit(settle(flow, sent, { is: 'sent' }, later(10)), 1)
  const twice = await store.create(newDocument(ville, { objet: 'Deux fois', numero: 'B_1' }, later(2)))
  const first = await store.commit(settle(flow, twice, { is: 'sent' }, later(11)), 1)
  const failed = await store.commit(
    settle(flow, first, { is: 'forced', state: 'visa.erreur', reason: 'essai', by: '1' }, later(12)),
    2,
  )
  await store.commit(
    settle(flow, failed, { is: 'forced', state: 'visa.aEnvoyer', reason: 'essai', by: '1' }, later(13)),
    3,
  )
  const wrong = await store.create(newDocument(ville, { objet: 'En erreur', numero: 'a_1' }, later(3)))
  await store.commit(
    settle(flow, wrong, { is: 'forced', state: 'visa.erreur', reason: 'essai', by: '1' }, later(20)),
    1,
  )
})
afterAll(() => database.close())

const list = (query: Partial<DocumentQuery>) =>
  listDocuments(database.knex, testFlows, { entityId: ville, readable: [flow.id], ...query })
const titles = async (query: Partial<DocumentQuery>) => (await list(query)).items.map(({ title }) => title)

describe('une liste se filtre', () => {
  test('par ce que l’état veut dire', async () => {
    expect(await titles({ sort: 'erreur' })).toEqual(['En erreur'])
    expect(await titles({ sort: 'attente' })).toEqual(['En erreur'])
    expect(await titles({ sort: 'enCours' })).toEqual(['Deux fois', 'Parti'])
    expect(await titles({ sort: 'brouillon' })).toEqual(['Brouillon'])
    expect(await titles({ sort: 'termine' })).toEqual([])
    expect(await titles({ sort: 'enCours', state: 'visa.erreur' })).toEqual([])
  })

  test('par la date de l’état, le dernier changement d’abord', async () => {
    expect(await titles({ stateFrom: later(10) })).toEqual(['En erreur', 'Deux fois', 'Parti'])
    expect(await titles({ stateFrom: later(10), stateBefore: later(13) })).toEqual(['Parti'])
    expect(await titles({ stateFrom: later(10), sort: 'enCours' })).toEqual(['Deux fois', 'Parti'])
  })

  test('par passage dans un état entre deux dates, une fois chacun', async () => {
    const state = 'visa.aEnvoyer'
    expect(await titles({ flow: flow.id, passed: { state } })).toEqual(['Deux fois', 'Parti'])
    expect(await titles({ flow: flow.id, passed: { state, before: later(11) } })).toEqual(['Parti'])
    expect(await titles({ flow: flow.id, passed: { state, from: later(11), before: later(12) } })).toEqual([
      'Deux fois',
    ])
    expect(await titles({ flow: flow.id, passed: { state, from: later(14) } })).toEqual([])
  })

  test('par valeur exacte d’un champ indexé, ou par son début', async () => {
    expect(await titles({ indexed: [{ field: 'numero', value: 'A_1' }] })).toEqual(['Brouillon'])
    expect(await titles({ indexed: [{ field: 'numero', value: 'A_1*' }] })).toEqual(['Parti', 'Brouillon'])
    expect(await titles({ indexed: [{ field: 'numero', value: 'A%*' }] })).toEqual([])
    expect(await titles({ indexed: [{ field: 'numero', value: 'A_12' }], sort: 'brouillon' })).toEqual([])
    expect(await titles({ indexed: [{ field: 'numero', value: 'A_12' }], sort: 'enCours' })).toEqual(['Parti'])
  })

  test.each<[string, Partial<DocumentQuery>, number]>([
    ['sort', { sort: 'enCours' }, 2],
    ['état', { stateFrom: later(0) }, 4],
    ['passage', { flow: 'deliberation', passed: { state: 'visa.aEnvoyer' } }, 2],
    ['champ', { indexed: [{ field: 'numero', value: 'B_1' }] }, 1],
    ['début', { indexed: [{ field: 'numero', value: 'A*' }] }, 2],
  ])('page par page, sans trou ni doublon (%s)', async (_, query, count) => {
    const seen: string[] = []
    for (let after: string | undefined, more = true; more;) {
      const page = await list({ ...query, limit: 1, after })
      seen.push(...page.items.map(({ id }) => id))
      after = page.next ?? undefined
      more = after !== undefined
    }
    expect([seen.length, new Set(seen).size]).toEqual([count, count])
  })

  test('le curseur d’une recherche ne sert pas à une autre', async () => {
    const { next } = await list({ limit: 1 })
    await expect(list({ stateFrom: NOW, after: next ?? '' })).rejects.toMatchObject({ code: 'requete_invalide' })
  })

  test('et donne les valeurs demandées, celles que chacun a', async () => {
    const { items } = await list({ sort: 'brouillon', values: ['numero', 'publier'] })
    expect(items).toMatchObject([{ title: 'Brouillon', values: { numero: 'A_1' } }])
  })
})

describe('avec une longue histoire', () => {
  let entityId: string
  beforeAll(async () => {
    entityId = await town(database.knex, 'Histoire')
    await database.knex.raw(
      `insert into documents (entity_id, id, flow_id, flow_version, title, state, state_since, version, data, trail, created_at, updated_at)
       select ?, 'h' || n, 'deliberation', 1, 'Acte ' || n, 'visa.envoye', t.at, 1, '{}', '[]', t.at, t.at
       from generate_series(1, 4000) n cross join lateral (select timestamptz '2020-01-01' + n * interval '1 hour' as at) t`,
      [entityId],
    )
    await database.knex.raw(
      `insert into document_index (entity_id, document_id, field, value, flow_id, created_at)
       select entity_id, id, 'numero', 'commun', flow_id, created_at from documents where entity_id = ?`,
      [entityId],
    )
    await database.knex.raw(
      `insert into document_passages (entity_id, document_id, flow_id, state, at)
       select entity_id, id, flow_id, state, state_since from documents where entity_id = ?`,
      [entityId],
    )
    await database.knex.raw('analyze documents, document_index, document_passages')
  })

  /** Rows that PostgreSQL read from its tables and indexes to answer. */
  const rowsRead = async (query: Partial<DocumentQuery>): Promise<number> => {
    const asked: { sql: string; bindings: readonly unknown[] }[] = []
    const listen = (each: { sql: string; bindings: readonly unknown[] }) => void asked.push(each)
    database.knex.on('query', listen)
    const { items } = await listDocuments(database.knex, testFlows, { entityId, readable: [flow.id], ...query })
    database.knex.off('query', listen)
    expect(items).toHaveLength(50)
    const [{ sql, bindings } = { sql: '', bindings: [] }] = asked
    const numbered = sql.replaceAll(/\$\d+/gu, '?')
    const { rows } = await database.knex.raw<{ rows: { 'QUERY PLAN': readonly { Plan: Plan }[] }[] }>(
      `explain (analyze, format json) ${numbered}`,
      bindings as never,
    )
    const [plan] = rows[0]?.['QUERY PLAN'] ?? []
    return plan ? scanned(plan.Plan) : Infinity
  }

  interface Plan {
    readonly 'Node Type': string
    readonly 'Actual Rows': number
    readonly 'Actual Loops': number
    readonly 'Rows Removed by Filter'?: number
    readonly Plans?: readonly Plan[]
  }
  const scanned = (plan: Plan): number =>
    (plan['Node Type'].includes('Scan')
      ? (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops']
      : 0) + (plan.Plans ?? []).reduce((sum, each) => sum + scanned(each), 0)

  test.each<[string, Partial<DocumentQuery>]>([
    ['rien', {}],
    ['état', { state: 'visa.envoye' }],
    ['sorte d’état', { sort: 'enCours' }],
    ['date de l’état', { stateFrom: new Date('2020-02-01T00:00:00Z') }],
    ['sorte et date de l’état', { sort: 'enCours', stateBefore: new Date('2020-06-01T00:00:00Z') }],
    ['passage', { flow: 'deliberation', passed: { state: 'visa.envoye', before: new Date('2020-05-01T00:00:00Z') } }],
    ['valeur commune à tous', { indexed: [{ field: 'numero', value: 'commun' }] }],
  ])('une page ne coûte que la page : %s', async (_, query) => {
    expect(await rowsRead(query)).toBeLessThan(500)
  })
})
