import type { TSchema } from 'typebox'
import { API_PREFIX } from './dispatch.ts'
import type { Route } from './route.ts'
import { errors } from '../errors.ts'

type Json = Readonly<Record<string, unknown>>

/**
 * The description of the API (OpenAPI 3.1), made from the very schemas that validate. A schema with a title becomes a named
 * component, the others stay where they are used.
 */
export const openApiOf = (routes: readonly Route[], publicUrl: string): Json => {
  const components = new Map<string, Json>()
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/gu, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, components) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'API de Passeur',
      version: '3.0.0',
      description: `Les erreurs sont au format « application/problem+json » ; leur code est stable.\n\n${errorTable()}`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: `${publicUrl}${API_PREFIX}` }],
    security: [{ jeton: [] }, { motDePasse: [] }, { session: [], csrf: [] }],
    paths,
    components: {
      securitySchemes: {
        jeton: { type: 'http', scheme: 'bearer' },
        motDePasse: { type: 'http', scheme: 'basic' },
        session: { type: 'apiKey', in: 'cookie', name: 'passeur_session' },
        csrf: { type: 'apiKey', in: 'header', name: 'X-CSRF-Token' },
      },
      schemas: { ...Object.fromEntries([...components].sort(([a], [b]) => a.localeCompare(b))), Problem },
      responses: {
        Problem: {
          description: 'La demande est refusée ; le titre est une phrase, le code est stable.',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  }
}

const Problem = {
  type: 'object',
  required: ['status', 'code', 'title'],
  properties: {
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.values(errors).map(each => each.code) },
    title: { type: 'string' },
    detail: { type: 'string' },
    fields: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'message', 'code'],
        properties: { field: { type: 'string' }, message: { type: 'string' }, code: { type: 'string' } },
      },
    },
  },
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Clé choisie par le programme, propre à cette création : la même demande répétée pendant 24 heures ne crée rien de plus et reçoit la même réponse.',
  schema: { type: 'string', minLength: 1, maxLength: 128 },
}

const errorTable = (): string =>
  ['| code | état | signification |', '|---|---|---|']
    .concat(Object.values(errors).map(({ code, status, title }) => `| \`${code}\` | ${status} | ${title} |`))
    .join('\n')

const operationOf = (route: Route, components: Map<string, Json>): Json => {
  const named = (schema: TSchema) => withComponents(schema, components)
  return {
    operationId: operationId(route),
    tags: [tagOf(route)],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    ...(route.access === 'public' ? { security: [] } : {}),
    parameters: [
      ...parametersOf(route.params, 'path'),
      ...parametersOf(route.query, 'query'),
      ...(route.method === 'POST' && route.status === 201 && route.replay !== 'never' ? [IDEMPOTENCY_KEY] : []),
    ],
    ...requestBodyOf(route, named),
    responses: {
      [String(route.status)]: responseOf(route, named),
      default: { $ref: '#/components/responses/Problem' },
    },
  }
}

const requestBodyOf = ({ body, upload }: Route, named: (schema: TSchema) => unknown): Json => {
  if (body) return { requestBody: { required: true, content: { 'application/json': { schema: named(body) } } } }
  return upload ? { requestBody: { required: true, content: { [upload]: {} } } } : {}
}

const responseOf = ({ response, produces, summary }: Route, named: (schema: TSchema) => unknown): Json => ({
  description: summary,
  ...(response ? { content: { 'application/json': { schema: named(response) } } } : {}),
  ...(produces ? { content: { [produces]: {} } } : {}),
})

const parametersOf = (schema: TSchema, place: 'path' | 'query'): readonly Json[] => {
  const { properties = {}, required = [] } = schema as {
    properties?: Readonly<Record<string, Json>>
    required?: readonly string[]
  }
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }))
}

/** Unique because method and path are: `get_entites_entityId_documents`. */
const operationId = ({ method, path }: Route): string => `${method.toLowerCase()}${path.replaceAll(/[/:.]+/gu, '_')}`

/** `/entites/:entityId/documents/…` → `documents`. */
const tagOf = ({ path }: Route): string => {
  const words = path.split('/').filter(part => part !== '' && !part.startsWith(':'))
  return (words[0] === 'entites' ? (words[1] ?? words[0]) : words[0]) ?? 'passeur'
}

const withComponents = (schema: unknown, components: Map<string, Json>): unknown => {
  if (Array.isArray(schema)) return schema.map(each => withComponents(each, components))
  if (typeof schema !== 'object' || schema === null) return schema
  const copy = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, withComponents(value, components)]),
  )
  const { title } = copy
  if (typeof title !== 'string' || !/^[A-Z]\w+$/u.test(title)) return copy
  const known = components.get(title)
  if (known && JSON.stringify(known) !== JSON.stringify(copy)) throw new Error(`two schemas are named ${title}`)
  components.set(title, copy)
  return { $ref: `#/components/schemas/${title}` }
}
