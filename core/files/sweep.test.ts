import { setTimeout as pause } from 'node:timers/promises'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newDocument, testStore } from '../documents/documents.fixture.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { temporaryFiles } from '../testing/disk-files.ts'
import { twoTowns } from '../http/http.fixture.ts'
import { diskStore } from './disk-store.ts'
import { createFiles, type StoredFiles } from './files.ts'
import { surveyContents, surveyedPart } from './survey.ts'
import { announcer, GRACE, HOLDERS, sweepContents, unusedContents } from './sweep.ts'

let database: TestDatabase
let people: Awaited<ReturnType<typeof twoTowns>>
let folder: Awaited<ReturnType<typeof temporaryFiles>>
let files: StoredFiles
const start = new Date('2026-03-14T10:00:00Z')
let now = start
const clock = { now: () => now }
const later = (times: number) => new Date(start.getTime() + times * GRACE + 1)

beforeAll(async () => {
  database = await testDatabase()
  people = await twoTowns(database.knex)
  folder = await temporaryFiles()
  files = createFiles({ store: diskStore(folder.folder), announce: announcer({ db: database.knex, clock }) })
})
afterAll(async () => {
  await folder[Symbol.asyncDispose]()
  await database.close()
})

const sweep = (now: Date) => sweepContents(database.knex, files, now)
const upload = (sha256: string) =>
  database.knex('uploads').insert({
    entityId: people.town,
    id: sha256.slice(0, 12),
    userId: people.agent.id,
    name: 'a.pdf',
    length: 1,
    received: 1,
    file: JSON.stringify({ sha256 }),
    createdAt: start,
    expiresAt: later(9),
  })

test('un contenu que rien n’emploie reste une semaine, se dit, puis s’en va', async () => {
  const lost = await files.save('refusé', 'a.txt')
  expect(await sweep(start)).toBe(0)
  expect(await unusedContents(database.knex, later(1))).toEqual({ count: 1, bytes: lost.size })
  expect(await files.has(lost)).toBe(true)
  expect(await sweep(later(1))).toBe(1)
  expect(await files.has(lost)).toBe(false)
  expect(await database.knex('contents').where({ sha256: lost.sha256 })).toEqual([])
})

test('ce que tient un document, même par une ancienne version, ou un dépôt, reste ; le document supprimé, il s’en va', async () => {
  const held = await files.save('tenu', 'tenu.pdf')
  const waiting = await files.save('en attente', 'attente.pdf')
  const document = await testStore(database.knex).create(newDocument(people.town))
  await database.knex('document_files').insert({
    entityId: people.town,
    documentId: document.id,
    field: 'acte',
    ...held,
    addedAt: start,
    replacedAt: start,
  })
  await upload(waiting.sha256)
  expect(await sweep(later(1))).toBe(0)
  expect(await database.knex('contents').where({ sha256: held.sha256 }).first('checkAt')).toEqual({ checkAt: null })

  await database.knex('documents').where({ id: document.id }).delete()
  await database.knex('uploads').delete()
  const [{ checkAt } = { checkAt: start }] = await database
    .knex('contents')
    .where({ sha256: held.sha256 })
    .select<{ checkAt: Date }[]>('checkAt')
  expect(checkAt).not.toBeNull()
  expect(await sweep(new Date(Math.max(checkAt.getTime() + 1000, later(2).getTime())))).toBe(2)
  expect([await files.has(held), await files.has(waiting)]).toEqual([false, false])
})

test('un contenu confié pendant qu’on le retire est gardé : il attend, puis s’écrit à nouveau', async () => {
  const first = await files.save('repris', 'a.txt')
  let removing: () => void = () => undefined
  const reached = new Promise<void>(resolve => (removing = resolve))
  let goOn: () => void = () => undefined
  const released = new Promise<void>(resolve => (goOn = resolve))
  const sweeping = sweepContents(
    database.knex,
    {
      async remove(ref) {
        removing()
        await released
        await files.remove(ref)
      },
    },
    later(1),
  )
  await reached
  now = later(1)
  let saved = false
  const saving = files.save('repris', 'b.txt').then(ref => ((saved = true), ref))
  await pause(200)
  expect(saved).toBe(false)
  goOn()
  expect(await sweeping).toBe(1)
  const again = await saving
  expect(again.sha256).toBe(first.sha256)
  expect(await text(files.open(again))).toBe('repris')
  expect(await sweep(start)).toBe(0)
})

test('ce qui était dans l’entrepôt avant que l’on en tienne la liste se relève en plusieurs fois, puis s’en va', async () => {
  await sweep(later(3))
  const before = createFiles({ store: diskStore(folder.folder) })
  const names = Array.from({ length: 40 }, (_, n) => `ancien ${n}`)
  const old = await Promise.all(names.map(name => before.save(name, 'a.txt')))
  const [held = { sha256: '' }] = old
  await upload(held.sha256)
  const known = async () => {
    const rows = await database.knex('contents').whereIn(
      'sha256',
      old.map(({ sha256 }) => sha256),
    )
    return rows.length
  }
  expect([await known(), await surveyedPart(database.knex)]).toEqual([0, 0])
  const first = await surveyContents(database.knex, files, later(3), 40)
  const part = await surveyedPart(database.knex)
  expect(await known()).toBe(first)
  expect([first < old.length, part > 0 && part < 1]).toEqual([true, true])
  expect(first + (await surveyContents(database.knex, files, later(3)))).toBe(old.length)
  expect([await surveyContents(database.knex, files, later(3)), await surveyedPart(database.knex)]).toEqual([0, 1])

  expect(await sweep(later(3))).toBe(0)
  expect(await sweep(later(4.1))).toBe(old.length - 1)
  expect(await files.has(held)).toBe(true)
  await database.knex('uploads').delete()
})

/** Columns that never name a content of the store, or name it beside `document_files`. */
const NEVER = new Set([
  'documents.data',
  'documents.trail',
  'documents.due',
  'documents.in_flight',
  'documents.back',
  'documents.passages',
  'journal.detail',
  'batches.counts',
  'batches.remarks',
  'batches.scope',
  'flow_versions.stored',
  // An answer kept for who asks again speaks of a document, which holds its files.
  'idempotency_keys.answer',
  'remote_choices.choices',
  'studio_flows.draft',
  'studio_groups.contents',
  'studio_versions.source',
  'studio_versions.upgrade',
])

test('chaque colonne qui pourrait nommer un contenu est connue du ménage', async () => {
  const columns = await database
    .knex('information_schema.columns')
    .where({ tableSchema: 'public' })
    .whereIn('dataType', ['jsonb', 'json'])
    .select<{ tableName: string; columnName: string }[]>('tableName', 'columnName')
  const known = new Set(HOLDERS.map(each => each.join('.')))
  const unknown = columns
    .map(each => `${each.tableName}.${each.columnName}`)
    .filter(name => !known.has(name) && !NEVER.has(name))
  expect(unknown.sort()).toEqual([])
})
