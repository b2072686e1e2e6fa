import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../testing/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

describe('la base de test', () => {
  test('a reçu les migrations du noyau et de la file', async () => {
    const core = await database.knex('schema_migrations').where({ owner: 'core' })
    expect(core[0]).toMatchObject({ number: 1, name: 'foundations' })
    await expect(database.knex.raw('select count(*) from graphile_worker.jobs')).resolves.toBeDefined()
  })

  test('est à elle seule : une autre base ne voit pas ses lignes', async () => {
    await using other = await testDatabase()
    const row = {
      id: crypto.randomUUID(),
      kind: 'worker',
      host: 'x',
      pid: 1,
      startedAt: new Date(0),
      seenAt: new Date(0),
    }
    await database.knex('processes').insert(row)
    expect(await database.knex('processes')).toHaveLength(1)
    expect(await other.knex('processes')).toHaveLength(0)
  })
})
