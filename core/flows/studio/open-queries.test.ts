import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newDocument, testStore, town } from '../../documents/documents.fixture.ts'
import { testDatabase, type TestDatabase } from '../../testing/database.ts'
import { countOpen, cursorOf, olderDocuments } from './open-queries.ts'

const FLOW = 'deliberation'
let database: TestDatabase

/** One document in twenty is open in version 1, as many in version 2, the rest is finished. */
beforeAll(async () => {
  database = await testDatabase()
  const { id } = await testStore(database.knex).create(newDocument(await town(database.knex)))
  const names = await database
    .knex('information_schema.columns')
    .where({ tableSchema: 'public', tableName: 'documents' })
    .pluck<string[]>('column_name')
  const made: Readonly<Record<string, string>> = {
    id: `'x' || lpad(n::text, 6, '0')`,
    flow_version: 'case when n % 20 = 1 then 2 else 1 end',
    state: `case when n % 20 < 2 then 'brouillon' else 'termine' end`,
  }
  await database.knex.raw(
    `insert into documents (${names.join(', ')})
      select ${names.map(name => made[name] ?? name).join(', ')} from documents, generate_series(0, 3999) n where id = ?`,
    [id],
  )
  await database.knex('documents').where({ id }).delete()
  await database.knex.raw('vacuum analyze documents')
})
afterAll(() => database.close())

/** How PostgreSQL does what is asked. */
const plansOf = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
  const asked: { readonly sql: string; readonly bindings: readonly unknown[] }[] = []
  const keep = (query: { readonly sql: string; readonly bindings: readonly unknown[] }) => void asked.push(query)
  database.knex.on('query', keep)
  await work()
  database.knex.off('query', keep)
  const client = new pg.Client({ connectionString: database.connectionString })
  await client.connect()
  // A table this small is read as fast whole or through a bitmap: PostgreSQL is told not to.
  await client.query('set enable_bitmapscan = off; set enable_seqscan = off')
  const plans: string[] = []
  for (const { sql, bindings } of asked) {
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${sql}`, [...bindings])
    plans.push(rows.map(row => row['QUERY PLAN']).join('\n'))
  }
  await client.end()
  return plans
}

test('compter les documents en cours ne lit que leur index, et passer à la suite ne relit ni les terminés ni les passés', async () => {
  const page = (after?: string) => olderDocuments(database.knex, { flowId: FLOW, current: 2, after, most: 150 })
  expect(await countOpen(database.knex, FLOW)).toEqual([
    { version: 1, state: 'brouillon', count: '200' },
    { version: 2, state: 'brouillon', count: '200' },
  ])
  const first = await page()
  const last = first.at(-1)
  const next = await page(last && cursorOf(last))
  expect([first.length, next.length, new Set([...first, ...next].map(({ id }) => id)).size]).toEqual([150, 50, 200])

  const plans = await plansOf(async () => {
    await countOpen(database.knex, FLOW)
    await countOpen(database.knex, FLOW, 1)
    await page(last && cursorOf(last))
  })
  for (const plan of plans) expect(plan).toContain('Index Only Scan using documents_open_by_version')
  expect(plans[2]).toMatch(/Index Cond: .*flow_version < .*ROW\(flow_version, entity_id, id\) > ROW/u)
  expect(plans[2]).not.toContain('Sort')
})
