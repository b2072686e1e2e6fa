import { afterAll, beforeAll, expect, test } from 'vitest'
import { bind } from '../../documents/kin.ts'
import { testDatabase, type TestDatabase } from '../../testing/database.ts'
import { basic, twoTowns, type TestServer } from '../http.fixture.ts'
import { startApi } from './api.fixture.ts'

let database: TestDatabase
let people: Awaited<ReturnType<typeof twoTowns>>
let server: TestServer

beforeAll(async () => {
  database = await testDatabase()
  people = await twoTowns(database.knex)
  server = await startApi(database.knex, database.connectionString)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await database.close()
})

const create = async (entityId: string, by: string, objet: string): Promise<string> => {
  const { body } = await server
    .as(basic(by))
    .send('POST', `/entites/${entityId}/documents`, { flow: 'note', values: { objet } })
  return (body as { id: string }).id
}

test('les documents liés sont ceux que l’on a le droit de lire, avec ce qu’ils sont pour celui-ci', async () => {
  const seance = await create(people.town, 'agent', 'Séance')
  const dossier = await create(people.town, 'agent', 'Dossier de la séance')
  const [{ id: far } = { id: '' }] = await database
    .knex('entities')
    .insert({ name: 'Ailleurs', kind: 'collectivite', parentId: '0' })
    .returning<{ id: string }[]>('id')
  await database.knex.raw(
    `insert into documents select (jsonb_populate_record(d, jsonb_build_object('entity_id', ?::bigint, 'id', 'ailleurs'))).*
     from documents d where id = ?`,
    [far, dossier],
  )
  const from = { entityId: people.town, id: seance }
  const label = { there: 'Dossier', here: 'Séance' }
  const at = new Date('2026-07-14T09:30:00Z')
  await database.knex.transaction(async trx => {
    await bind(trx, { from, to: { entityId: people.town, id: dossier }, reference: 'dossier', label, at })
    await bind(trx, { from, to: { entityId: far, id: 'ailleurs' }, reference: 'ailleurs', label, at })
  })
  const agent = server.as(basic('agent'))
  const { body } = await agent.send('GET', `/entites/${people.town}/documents/${seance}/liens`)
  expect(body).toEqual({
    items: [
      {
        label: 'Dossier',
        entityId: people.town,
        id: dossier,
        title: 'Dossier de la séance',
        flow: 'note',
        flowLabel: 'Note',
        state: { name: 'brouillon', label: 'Brouillon', kind: 'draft' },
        at: at.toISOString(),
      },
    ],
  })
  const back = await agent.send('GET', `/entites/${people.town}/documents/${dossier}/liens`)
  expect(back.body).toMatchObject({ items: [{ label: 'Séance', id: seance }] })
})
