import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { format, resolveConfig } from 'prettier'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FileViewer } from '../../authoring/viewers.ts'
import { ROOT } from '../../entities/model.ts'
import { SCHEMA_PATH } from '../../flows/studio/format.ts'
import { load } from '../../loader.ts'
import { testDatabase, type TestDatabase } from '../../testing/database.ts'
import { html } from '../html.ts'
import { basic, twoTowns, type TestServer } from '../http.fixture.ts'
import { asksOf, type Route } from '../route.ts'
import { startApi } from './api.fixture.ts'
import { execute, type Executed } from './executed.fixture.ts'
import { apiRoutes } from './index.ts'
import { settle, type World } from './situations.fixture.ts'
import { asExample } from './told.fixture.ts'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(dirname(dirname(here)))
const file = join(here, 'examples.json')

const viewer: FileViewer = {
  id: 'essai',
  label: 'Voir le texte',
  types: ['application/pdf'],
  show: async () => ({ is: 'page', title: 'Délibération', content: html`<p>Une délibération.</p>` }),
}

interface Operation {
  readonly responses: Readonly<Record<string, { readonly description: string }>>
}

let database: TestDatabase
let server: TestServer
let world: World
let asks: readonly (readonly [name: string, ask: Route])[]
let description: Readonly<Record<string, unknown>>
let ajv: Ajv2020
const executed = new Map<string, Executed>()

beforeAll(async () => {
  const loaded = await load({ sources: root })
  database = await testDatabase()
  const people = await twoTowns(database.knex)
  server = await startApi(database.knex, database.connectionString, { routes: loaded.routes, viewers: [viewer] })
  const admin = server.as(basic('admin'))
  world = { db: database.knex, server, people, admin }
  asks = apiRoutes(loaded.routes, [viewer]).flatMap(asksOf)
  description = (await server.as().get('/openapi.json')).body
  ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema(description, 'api')
  await settle(world)
  for (const [name, ask] of asks) executed.set(name, await execute(ask, world))
}, 180_000)
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await database.close()
})

/** The answer as the description will show it. */
const exampleOf = (name: string, { path }: Route): unknown => {
  const { town, service, neighbour } = world.people
  const example = asExample(executed.get(name)?.body, new Set([ROOT, town, service, neighbour]))
  // A description of everything is an example of nothing: its first words are enough.
  return DESCRIPTIONS.has(path) ? firstWords(example) : example
}
const DESCRIPTIONS: ReadonlySet<string> = new Set(['/openapi.json', SCHEMA_PATH])
const firstWords = (example: unknown): object =>
  Object.fromEntries(Object.entries(example as object).filter(([, value]) => typeof value === 'string'))

/** Where the description keeps the schema of an answer, as a pointer of it. */
const schemaOf = ({ method, path, status }: Route): string => {
  const place = ['paths', path.replaceAll(/:(\w+)/gu, '{$1}'), method.toLowerCase(), 'responses', String(status)]
  const steps = [...place, 'content', 'application/json', 'schema']
  return `api#${steps.map(step => `/${encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')}`
}

const problemsOf = (name: string, ask: Route, value: unknown): string | undefined => {
  const validate = ajv.getSchema(schemaOf(ask))
  return validate?.(value) ? undefined : `${name} : ${ajv.errorsText(validate?.errors)}`
}

describe('les exemples de la description', () => {
  test('sont acceptés : chaque adresse, demandée comme il est dit, répond ce qui est annoncé', () => {
    const surprises = asks.flatMap(([name, route]) => {
      const { status, type, body } = executed.get(name) ?? {}
      const expected = route.response ? 'application/json' : (route.produces ?? '')
      // A file answers with its own type.
      const isType = type === expected || route.produces === 'application/octet-stream'
      return status === route.status && isType ? [] : [[name, status, type, body]]
    })
    expect(surprises).toEqual([])
  })

  test('suivent le schéma de leur réponse, comme la vraie réponse', () => {
    const described = asks.filter(([, { response }]) => response)
    const faults = described.flatMap(([name, ask]) => [
      problemsOf(name, ask, executed.get(name)?.body) ?? [],
      problemsOf(name, ask, exampleOf(name, ask)) ?? [],
    ])
    expect(faults.flat()).toEqual([])
  })

  test('sont ce que l’API répond vraiment (sinon : relancer avec -u, et enregistrer examples.json)', async () => {
    const told = asks.flatMap(([name, ask]) => {
      const example = exampleOf(name, ask)
      return example === undefined ? [] : [[name, example] as const]
    })
    const written = await format(JSON.stringify(Object.fromEntries(told)), {
      ...(await resolveConfig(file)),
      parser: 'json',
    })
    await expect(written).toMatchFileSnapshot(file)
  })

  test('ceux des erreurs sont ce que l’API répond', async () => {
    const { examples } = description['components'] as { examples: Readonly<Record<string, { readonly value: object }>> }
    const refused = await world.admin.get(`/entites/${world.people.town}/documents/absent`)
    expect(refused.body).toEqual(examples['document_introuvable']?.value)
  })
})

describe('chaque adresse', () => {
  test('annonce ses erreurs par leur code', () => {
    const responses = (method: string, path: string) => {
      const paths = description['paths'] as Readonly<Record<string, Readonly<Record<string, Operation>>>>
      return paths[path]?.[method]?.responses
    }
    const patched = responses('patch', '/entites/{entityId}/documents/{documentId}')
    expect(patched?.['404']?.description).toContain('document_introuvable')
    expect(patched?.['412']?.description).toContain('version_depassee')
    expect(responses('get', '/sante')?.['401']).toBeUndefined()
  })
})
