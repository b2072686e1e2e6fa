import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { createKnex, type Transaction } from './knex.ts'
import { coreMigrations, migrate, readMigrations, type Migration } from './migrate.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

const creates = (number: number, table: string): Migration => ({
  number,
  name: `create-${table}`,
  up: async (trx: Transaction) => {
    await trx.raw(`create table ${table} ()`)
  },
})

test('deux processus qui démarrent ensemble n’appliquent chaque migration qu’une fois', async () => {
  const other = createKnex({ connectionString: database.connectionString })
  const set = { owner: 'plugin-a', migrations: [creates(1, 'a_un'), creates(2, 'a_deux')] }
  const [first, second] = await Promise.all([migrate(database.knex, [set]), migrate(other, [set])])
  expect([...first, ...second].sort()).toEqual(['plugin-a 001-create-a_un', 'plugin-a 002-create-a_deux'])
  await other.destroy()
})

test('une migration qui échoue ne laisse rien, et les précédentes restent', async () => {
  const broken: Migration = {
    number: 2,
    name: 'casse',
    up: async trx => {
      await trx.raw('create table b_deux ()')
      await trx.raw('select 1/0')
    },
  }
  const set = { owner: 'plugin-b', migrations: [creates(1, 'b_un'), broken] }
  await expect(migrate(database.knex, [set])).rejects.toThrow('division by zero')
  expect(await database.knex.schema.hasTable('b_un')).toBe(true)
  expect(await database.knex.schema.hasTable('b_deux')).toBe(false)
  expect(
    await migrate(database.knex, [{ ...set, migrations: [creates(1, 'b_un'), creates(2, 'b_deux')] }]),
  ).toHaveLength(1)
})

test('une base venue d’une version plus récente est refusée', async () => {
  const core = await coreMigrations()
  const older = { ...core, migrations: core.migrations.slice(0, 1) }
  await expect(migrate(database.knex, [older])).rejects.toThrow("vient d'une version plus récente de Passeur")
})

test('un numéro pris deux fois ou un fichier mal nommé est refusé', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-migrations-'))
  const url = pathToFileURL(`${folder}/`)
  await writeFile(join(folder, '001-une.ts'), 'export const up = () => undefined')
  await writeFile(join(folder, '001-autre.ts'), 'export const up = () => undefined')
  await expect(readMigrations(url)).rejects.toThrow('Deux migrations portent le numéro 001')
  await rm(join(folder, '001-autre.ts'))
  await writeFile(join(folder, 'deux.ts'), '')
  await expect(readMigrations(url)).rejects.toThrow('La migration deux.ts')
  await rm(folder, { recursive: true })
})

test('la recherche en français ignore les accents, la casse et l’élision', async () => {
  const found = async (text: string, words: string): Promise<boolean> => {
    const { rows } = await database.knex.raw<{ rows: { found: boolean }[] }>(
      `select to_tsvector('passeur_fr', ?) @@ websearch_to_tsquery('passeur_fr', ?) as found`,
      [text, words],
    )
    return rows[0]?.found ?? false
  }
  expect(await found('Délibération relative à l’assainissement', 'deliberations ASSAINISSEMENT')).toBe(true)
  expect(await found("Travaux de l'école élémentaire", 'écoles')).toBe(true)
  expect(await found('Convention de mise à disposition', 'marché')).toBe(false)
})

test('les valeurs arrivent sans surprise : identifiants en texte, instants en Date, jours en texte', async () => {
  const { rows } = await database.knex.raw<{ rows: unknown[] }>(
    `select 9007199254740993::bigint as id, timestamptz '2026-07-14T10:00:00+02' as at, date '2026-07-14' as day`,
  )
  expect(rows).toEqual([{ id: '9007199254740993', at: new Date('2026-07-14T08:00:00Z'), day: '2026-07-14' }])
})
