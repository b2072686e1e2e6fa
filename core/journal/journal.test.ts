import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { inTransaction } from '../db/unit-of-work.ts'
import { createEntity } from '../entities/entities.ts'
import type { Entry } from '../engine/model.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { appendJournal } from './append.ts'
import { readJournal, wholeJournal } from './read.ts'
import { canonicalJson } from './storable.ts'
import { verifyJournal } from './verify.ts'

let database: TestDatabase
let entityId: string
const at = new Date('2026-07-14T09:30:00.123Z')

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())
beforeEach(async () => {
  entityId = (await createEntity(database.knex, { name: 'Ville de Démonstration' })).id
})

const entry = (message: string, more: Partial<Entry> = {}): Entry => ({
  kind: 'state',
  event: 'signature.envoye',
  message,
  by: undefined,
  ...more,
})

const write = (messages: readonly string[], documentId = 'd1') =>
  inTransaction(database.knex, trx =>
    appendJournal(
      trx,
      { entityId, documentId, at },
      messages.map(each => entry(each)),
    ),
  )

/** Falsifies the journal as an administrator of the database could: triggers off for the session. */
const tamper = (sql: string, values: readonly (string | number)[] = []) =>
  inTransaction(database.knex, async trx => {
    await trx.raw('set local session_replication_role = replica')
    await trx.raw(sql, [...values])
  })

test("l'historique d'un document se lit du plus récent au plus ancien, page par page", async () => {
  await write(['un', 'deux', 'trois'])
  await write(['ailleurs'], 'd2')
  await write(['quatre'])
  const first = await readJournal(database.knex, { entityId, documentId: 'd1' }, { limit: 3 })
  expect(first.lines.map(line => line.message)).toEqual(['quatre', 'trois', 'deux'])
  const second = await readJournal(database.knex, { entityId, documentId: 'd1' }, { limit: 3, after: first.next ?? '' })
  expect(second.lines.map(line => line.message)).toEqual(['un'])
  expect(second.next).toBeNull()
  expect((await wholeJournal(database.knex, { entityId, documentId: 'd1' })).map(line => line.seq)).toEqual([
    1, 2, 3, 5,
  ])
})

test("l'auteur garde le nom qu'il portait ce jour-là", async () => {
  await inTransaction(database.knex, trx =>
    appendJournal(trx, { entityId, documentId: 'd1', at, nameOf: id => `Agent ${id}` }, [entry('fait', { by: '12' })]),
  )
  const { lines } = await readJournal(database.knex, { entityId, documentId: 'd1' })
  expect(lines[0]).toMatchObject({ authorId: '12', authorName: 'Agent 12', at })
})

test('une chaîne intacte se vérifie, détails, caractères étranges et pages comprises', async () => {
  const strange = entry('nul \u0000, moitié \ud83d, accent é, emoji 🛶', {
    detail: { b: 1.5, a: ['é', null, { z: 1, y: '\u0000\udc00' }], fin: 1e21 },
  })
  await inTransaction(database.knex, trx => appendJournal(trx, { entityId, documentId: 'd1', at }, [strange]))
  await write(Array.from({ length: 2100 }, (_, n) => `ligne ${n}`))
  expect(await verifyJournal(database.knex, entityId)).toEqual({ entities: 1, lines: 2101, blocks: 0, broken: [] })
})

test('le journal refuse toute modification et tout effacement', async () => {
  await write(['un'])
  for (const sql of [
    `update journal set message = 'faux'`,
    'delete from journal',
    'truncate journal',
    'delete from journal_heads',
    'truncate journal_heads',
  ])
    await expect(database.knex.raw(sql), sql).rejects.toThrow(/ne se modifie pas/u)
  expect((await verifyJournal(database.knex, entityId)).broken).toEqual([])
})

test.each([
  [
    'une ligne modifiée',
    `update journal set message = 'faux' where entity_id = ? and seq = 2`,
    2,
    /modifié après coup/u,
  ],
  [
    'une date avancée',
    `update journal set at = at - interval '1 ms' where entity_id = ? and seq = 3`,
    3,
    /modifié après/u,
  ],
  ['un auteur effacé', `update journal set author_id = 'x' where entity_id = ? and seq = 1`, 1, /modifié après coup/u],
  [
    'un détail changé',
    `update journal set detail = '{"a":2}' where entity_id = ? and seq = 2`,
    2,
    /modifié après coup/u,
  ],
  ['une ligne supprimée', `delete from journal where entity_id = ? and seq = 2`, 3, /Il manque la ligne 2/u],
  ['la fin supprimée', `delete from journal where entity_id = ? and seq > 2`, 3, /La fin du journal manque/u],
  ['la tête effacée', `delete from journal_heads where entity_id = ?`, 1, /plus de tête de chaîne/u],
])('une falsification se voit : %s', async (_what, sql, seq, why) => {
  await write(['un', 'deux', 'trois', 'quatre'])
  await tamper(sql, [entityId])
  const { broken } = await verifyJournal(database.knex, entityId)
  expect(broken).toEqual([{ entityId, seq, why: expect.stringMatching(why) as string }])
})

test('une ligne récrite avec une empreinte juste se voit à la suivante', async () => {
  await write(['un', 'deux', 'trois'])
  const { hashOf } = await import('./chain.ts')
  const line = (await database.knex('journal').where({ entityId, seq: 2 }).first('*')) as Parameters<typeof hashOf>[0]
  const forged = hashOf({ ...line, seq: 2, message: 'faux' })
  await tamper(`update journal set message = 'faux', hash = ? where entity_id = ? and seq = 2`, [forged, entityId])
  expect((await verifyJournal(database.knex, entityId)).broken[0]).toMatchObject({ seq: 3 })
})

test("deux écritures en même temps dans une même entité s'enchaînent sans trou", async () => {
  await Promise.all(Array.from({ length: 20 }, (_, n) => write([`a${n}`, `b${n}`], `d${n}`)))
  expect(await verifyJournal(database.knex, entityId)).toMatchObject({ lines: 40, broken: [] })
})

test('le texte canonique ne dépend pas de l’ordre des clés', () => {
  expect(canonicalJson({ b: [{ d: 1, c: undefined }], a: null })).toBe('{"a":null,"b":[{"d":1}]}')
})
