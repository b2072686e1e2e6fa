import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApi } from '../http/api/api.fixture.ts'
import { basic, twoTowns, type TestServer } from '../http/http.fixture.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { ApiError, createClient, type ApiClient } from './index.ts'

let database: TestDatabase
let server: TestServer
let agent: ApiClient
let path: { readonly entityId: string }

beforeAll(async () => {
  database = await testDatabase()
  path = { entityId: (await twoTowns(database.knex)).town }
  server = await startApi(database.knex, database.connectionString)
  agent = createClient({ origin: server.origin, headers: () => basic('agent') })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await database.close()
})

const refusal = (call: Promise<unknown>): Promise<ApiError> =>
  call.then(
    () => expect.fail('accepté'),
    (error: unknown) => (error instanceof ApiError ? error : Promise.reject(error as Error)),
  )
const create = (objet: string, idempotencyKey: string = randomUUID()) =>
  agent.call('POST /entites/{entityId}/documents', { path, body: { flow: 'note', values: { objet } }, idempotencyKey })

test('un document se crée une fois pour une clé, se lit, se retrouve dans la liste', async () => {
  const key = randomUUID()
  const created = await create('Subvention à l’école', key)
  expect((await create('Subvention à l’école', key)).id).toBe(created.id)
  const { items } = await agent.call('GET /entites/{entityId}/documents', { path, query: { q: 'subvention' } })
  expect(items.map(({ id, title }) => [id, title])).toEqual([[created.id, 'Subvention à l’école']])
})

test('une version dépassée est refusée, avec son code et sa phrase', async () => {
  const { id, version } = await create('Voirie')
  const given = { path: { ...path, documentId: id }, ifMatch: version }
  const edit = (objet: string) =>
    agent.call('PATCH /entites/{entityId}/documents/{documentId}', { ...given, body: { values: { objet } } })
  expect((await edit('Voirie 2026')).title).toBe('Voirie 2026')
  const late = await refusal(edit('Voirie 2027'))
  expect([late.status, late.code]).toEqual([412, 'version_depassee'])
  expect(late.message).toContain('modifié depuis')
})

test('une faute de saisie dit à quel champ', async () => {
  const error = await refusal(create('x'.repeat(51)))
  expect([error.status, error.fields.map(({ field }) => field)]).toEqual([422, ['objet']])
})

test('ce qui n’est pas du JSON se lit tel quel, ce qui n’existe pas se dit', async () => {
  const { id } = await create('Archive')
  const zip = await agent.open('GET /entites/{entityId}/documents/{documentId}/archive', {
    path: { ...path, documentId: id },
  })
  expect(zip.headers.get('content-type')).toContain('zip')
  await zip.body?.cancel()
  const nobody = agent.call('GET /entites/{entityId}/documents/{documentId}', { path: { ...path, documentId: 'rien' } })
  expect(await refusal(nobody)).toMatchObject({ status: 404, code: 'document_introuvable' })
})

test('un serveur qu’on ne joint pas est une phrase, une demande abandonnée n’en est pas une', async () => {
  const nowhere = createClient({ origin: 'http://127.0.0.1:9' })
  expect(await refusal(nowhere.call('GET /visionneuses'))).toMatchObject({ status: 0, code: 'serveur_injoignable' })
  const leaving = agent.call('GET /visionneuses', { signal: AbortSignal.abort() })
  await expect(leaving).rejects.toMatchObject({ name: 'AbortError' })
})
