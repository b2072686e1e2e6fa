import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../../testing/database.ts'
import { basic, twoTowns, type Client, type TestServer } from '../http.fixture.ts'
import { startApi } from './api.fixture.ts'
import { apiRoutes } from './index.ts'

interface Operation {
  readonly parameters: readonly { readonly name: string; readonly description?: string }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly example?: unknown }>> }
  readonly responses: Readonly<Record<string, { readonly description: string }>>
}

let database: TestDatabase
let people: Awaited<ReturnType<typeof twoTowns>>
let server: TestServer
let admin: Client
let paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>

beforeAll(async () => {
  database = await testDatabase()
  people = await twoTowns(database.knex)
  server = await startApi(database.knex, database.connectionString)
  admin = server.as(basic('admin'))
  paths = (await server.as().get('/openapi.json')).body['paths'] as typeof paths
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await database.close()
})

const operation = (method: string, path: string): Operation | undefined =>
  paths[path.replaceAll(/:(\w+)/gu, '{$1}')]?.[method.toLowerCase()]

const exampleOf = (method: string, path: string): unknown =>
  operation(method, path)?.requestBody?.content['application/json']?.example

/** A document of its own for each example: they all saw its first version. */
const newDocument = async (): Promise<string> => {
  const { body } = await admin.send('POST', `/entites/${people.town}/documents`, { flow: 'note', values: {} })
  return body['id'] as string
}

/** Those that need more than a document just created: a real remote, a flow of the studio, an upload, a document that is complete. */
const ELSEWHERE = ['/actions/', '/pages/', '/connecteurs', '/associations', '/session', '/studio/flux/', '/depot']

describe('les exemples de la description', () => {
  test.each(
    apiRoutes().flatMap(({ method, path, example, status }) =>
      example === undefined || ELSEWHERE.some(part => path.includes(part)) ? [] : [[method, path, status] as const],
    ),
  )('celui de %s %s est accepté (%i)', async (method, path, status) => {
    const values: Readonly<Record<string, string>> = {
      // A town is not moved by its example: its service is.
      entityId: path.includes('deplacement') ? people.service : people.town,
      documentId: path.includes(':documentId') ? await newDocument() : '',
      userId: people.agent.id,
      roleId: 'redaction',
      groupId: 'agent',
    }
    const address = path.replaceAll(/:(\w+)/gu, (_, name: string) => values[name] ?? name)
    const answer = await admin.send(method, address, exampleOf(method, path))
    expect(answer.status, JSON.stringify(answer.body)).toBe(status)
  })

  test('ceux des erreurs sont ce que l’API répond', async () => {
    const { body } = await server.as().get('/openapi.json')
    const { examples } = body['components'] as { examples: Readonly<Record<string, { readonly value: object }>> }
    const refused = await admin.get(`/entites/${people.town}/documents/absent`)
    expect(refused.body).toEqual(examples['document_introuvable']?.value)
  })
})

describe('chaque adresse', () => {
  const routes = apiRoutes().map(({ method, path }) => [method, path] as const)

  test.each(routes)('%s %s dit ce que sont ses paramètres', (method, path) => {
    const silent = operation(method, path)?.parameters.filter(each => !each.description)
    expect(silent).toEqual([])
  })

  test('annonce ses erreurs par leur code', () => {
    const { responses } = operation('PATCH', '/entites/:entityId/documents/:documentId') ?? {}
    expect(responses?.['404']?.description).toContain('document_introuvable')
    expect(responses?.['412']?.description).toContain('version_depassee')
    expect(operation('GET', '/sante')?.responses['401']).toBeUndefined()
  })
})
