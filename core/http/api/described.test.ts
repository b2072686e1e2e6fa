import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { errors } from '../../errors.ts'
import { load } from '../../loader.ts'
import { openApiOf } from '../openapi.ts'
import { apiRoutes } from './index.ts'

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))))

interface Schema {
  readonly $ref?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}
type Content = Readonly<Record<string, { readonly schema?: Schema; readonly example?: unknown }>>
interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly parameters: readonly { readonly name: string; readonly description?: string }[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>
}
interface Description {
  readonly info: { readonly description: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

let description: Description
let operations: readonly (readonly [string, Operation])[]

/** Everything that is really served: the core and what plugins add. */
beforeAll(async () => {
  const { routes, viewers } = await load({ sources: root })
  description = openApiOf(apiRoutes(routes, viewers), 'https://passeur.exemple.fr') as unknown as Description
  operations = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]) => [`${method.toUpperCase()} ${path}`, each] as const),
  )
})

const isSaid = ({ $ref, description: said }: Schema): boolean =>
  Boolean(said ?? ($ref && description.components.schemas[$ref.split('/').at(-1) ?? '']?.description))

/** The places of properties that nothing describes. What a named schema holds is looked at once, under its name. */
const silent = (schema: Schema, at: string): readonly string[] => [
  ...Object.entries(schema.properties ?? {}).flatMap(([name, each]) => [
    ...(isSaid(each) ? [] : [`${at}.${name}`]),
    ...silent(each, `${at}.${name}`),
  ]),
  ...Object.values(schema.patternProperties ?? {}).flatMap(each => silent(each, `${at}.*`)),
  ...(schema.items ? silent(schema.items, `${at}[]`) : []),
  ...(schema.anyOf ?? []).flatMap(each => silent(each, at)),
]

/** A file, an archive: what only programs read has no example. */
const isRead = (type: string): boolean => /json|xml|^text\//u.test(type)

const silentIn = (content: Content = {}, at: string) =>
  Object.entries(content).flatMap(([, { schema }]) => (schema ? silent(schema, at) : []))

describe('la description de l’API', () => {
  test('dit ce qu’est chaque propriété d’une forme nommée', () => {
    const { schemas } = description.components
    expect(Object.entries(schemas).flatMap(([name, schema]) => silent(schema, name))).toEqual([])
  })

  test('dit ce qu’est chaque propriété d’un corps et d’une réponse', () => {
    const missing = operations.flatMap(([name, { requestBody, responses }]) => [
      ...silentIn(requestBody?.content, `${name} corps`),
      ...Object.entries(responses).flatMap(([status, { content }]) => silentIn(content, `${name} ${status}`)),
    ])
    expect(missing).toEqual([])
  })

  test('dit ce qu’est chaque paramètre', () => {
    const missing = operations.flatMap(([name, { parameters }]) =>
      parameters.filter(each => !each.description).map(each => `${name} ${each.name}`),
    )
    expect(missing).toEqual([])
  })

  test('nomme, range et résume chaque adresse', () => {
    const without = operations.filter(
      ([, { operationId, tags, summary }]) => !operationId || tags.length === 0 || summary.length < 10,
    )
    expect(without.map(([name]) => name)).toEqual([])
    const names = operations.map(([, { operationId }]) => operationId)
    expect(names.filter((name, n) => names.indexOf(name) !== n)).toEqual([])
  })

  test('donne un exemple de chaque corps', () => {
    const without = operations.filter(([, { requestBody }]) => {
      const json = requestBody?.content['application/json']
      return json !== undefined && json.example === undefined
    })
    expect(without.map(([name]) => name)).toEqual([])
  })

  test('donne un exemple de chaque réponse qui se lit', () => {
    const without = operations.filter(([name, { responses }]) =>
      Object.entries(responses).some(
        ([status, { content = {} }]) =>
          status.startsWith('2') &&
          !name.endsWith('/openapi.json') &&
          Object.entries(content).some(([type, each]) => isRead(type) && each.example === undefined),
      ),
    )
    expect(without.map(([name]) => name)).toEqual([])
  })

  test('explique chaque code d’erreur, là où il peut venir', () => {
    for (const { code } of Object.values(errors)) expect(description.info.description).toContain(code + '` |')
    expect(Object.values(errors).filter(({ title }) => title.length < 10)).toEqual([])
    const bare = operations.flatMap(([name, { responses }]) =>
      Object.entries(responses).flatMap(([status, each]) => (each.description === '' ? [`${name} ${status}`] : [])),
    )
    expect(bare).toEqual([])
  })
})
