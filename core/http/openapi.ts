import { readFileSync } from 'node:fs'
import type { TSchema } from 'typebox'
import { API_PREFIX } from './dispatch.ts'
import { isConditional, isReplayed, refusalsOf } from './refusals.ts'
import { asksOf, type Route } from './route.ts'
import { errors, type ProblemDefinition } from '../errors.ts'

type Json = Readonly<Record<string, unknown>>

/** What each address answered when the tests asked for it (`api/examples.test.ts` writes it): by « METHOD /path ». */
const answerExamples = (): Json =>
  JSON.parse(readFileSync(new URL('api/examples.json', import.meta.url), 'utf8')) as Json

/** What is the same everywhere, said once. */
export const CONVENTIONS: readonly string[] = [
  'Un programme s’authentifie par un jeton (Authorization: Bearer …) ou par un mot de passe (Basic). Un jeton peut être borné à des entités, à des flux, à la lecture, à une date : POST /jetons.',
  'Les erreurs sont au format application/problem+json ; leur code est stable.',
  'Une liste se lit page après page : « next », rendu par l’une, se donne en « apres » à la suivante ; null à la dernière. Un paramètre inconnu est refusé.',
  'Une création accepte Idempotency-Key : la même demande répétée ne crée rien de plus.',
  'Un document porte sa version, et un ETag. Toute modification dit la version lue, dans If-Match ou dans « version » ; si elle a changé, la demande est refusée.',
  'Un fichier se dépose en une fois (PUT), dans un formulaire avec le document, ou en plusieurs fois par tus 1.0.0 (POST /entites/{entityId}/depots).',
  'Les dates sont en ISO 8601 avec leur décalage ; les identifiants sont des textes.',
  'RateLimit-Limit, RateLimit-Remaining et RateLimit-Reset disent ce qui reste du débit permis ; au-delà, 429 et Retry-After.',
]

/**
 * The description of the API (OpenAPI 3.1), made from the very schemas that validate. A schema with a title becomes a named
 * component, the others stay where they are used.
 */
export const openApiOf = (routes: readonly Route[], publicUrl: string): Json => {
  const components = new Map<string, Json>()
  const answers = answerExamples()
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/gu, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, components, answers) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'API de Passeur',
      version: '3.0.0',
      description: [...CONVENTIONS.map(each => `- ${each}`), '', errorTable()].join('\n'),
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
      examples: Object.fromEntries(
        Object.values(errors).map(({ code, status, title }) => [
          code,
          { summary: title, value: { status, code, title } },
        ]),
      ),
      schemas: {
        ...Object.fromEntries([...components].sort(([a], [b]) => a.localeCompare(b))),
        ...(components.has('Condition') ? { Condition } : {}),
        Problem,
      },
      responses: {
        Problem: {
          description: 'La demande est refusée ; le titre est une phrase, le code est stable.',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  }
}

const words = (description: string): Json => ({ type: 'string', description })

const Problem = {
  type: 'object',
  description: 'Un refus, ou une panne.',
  required: ['status', 'code', 'title'],
  properties: {
    status: { type: 'integer', description: 'État HTTP de la réponse.' },
    code: {
      type: 'string',
      enum: Object.values(errors).map(each => each.code),
      description: 'Code stable, pour les programmes.',
    },
    title: words('Ce qui est refusé, en une phrase.'),
    detail: words('Pourquoi cette fois-ci, et quoi faire.'),
    fields: {
      type: 'array',
      description: 'Ce qui ne va pas, champ par champ.',
      items: {
        type: 'object',
        required: ['field', 'message', 'code'],
        properties: {
          field: words('Champ ou paramètre : « values.objet ».'),
          message: words('Phrase à montrer près de lui.'),
          code: words('Règle qui n’est pas suivie : « required », « maxLength »…'),
        },
      },
    },
  },
}

/** One shape of a condition: these properties and no others. */
const shape = (properties: Readonly<Record<string, Json>>): Json => ({
  type: 'object',
  required: Object.keys(properties),
  properties,
})
const conditions = (description: string): Json => ({
  type: 'array',
  description,
  items: { $ref: '#/components/schemas/Condition' },
})

/** `authoring/conditions.ts`, said to those who read documents: it holds itself. */
const Condition = {
  description: 'Condition sur les champs du document, par leur nom complet.',
  anyOf: [
    shape({
      field: words('Champ à regarder.'),
      is: {
        anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }],
        description: 'Valeur qu’il doit avoir.',
      },
    }),
    shape({ filled: words('Champ qui doit être rempli.') }),
    shape({ all: conditions('Conditions toutes vraies.') }),
    shape({ any: conditions('Conditions dont une au moins est vraie.') }),
    shape({
      not: { $ref: '#/components/schemas/Condition', description: 'Condition qui doit être fausse.' },
    }),
  ],
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Clé choisie par le programme, propre à cette création : la même demande répétée pendant 24 heures ne crée rien de plus et reçoit la même réponse.',
  schema: { type: 'string', minLength: 1, maxLength: 128 },
}

const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description:
    'ETag du document tel qu’il a été lu (« "12" »), au lieu de « version » : s’il a changé depuis, la demande est refusée (412).',
  schema: { type: 'string', pattern: '^"[0-9]+"$' },
}

/** What a parameter of a path is, when its schema does not say it. */
const PARAMETERS: Readonly<Record<string, string>> = {
  entityId: 'Identifiant de l’entité.',
  documentId: 'Identifiant du document.',
  field: 'Nom complet du champ, comme « objet » ou « tdtActes.numero ».',
  sha256: 'Empreinte SHA-256 du fichier, en hexadécimal.',
  action: 'Nom de l’action, pris dans « actions » du document.',
  link: 'Nom de la page, pris dans « actions » du document.',
  viewer: 'Identifiant de la visionneuse.',
  flowId: 'Identifiant du flux.',
  userId: 'Identifiant du compte.',
  roleId: 'Identifiant du rôle.',
  tokenId: 'Identifiant du jeton.',
  subscriptionId: 'Identifiant de l’abonnement.',
  instanceId: 'Identifiant du connecteur.',
  schedule: 'Nom de la tâche périodique.',
  recordingId: 'Identifiant de l’enregistrement.',
  reportId: 'Identifiant du rapport.',
  batchId: 'Numéro du lot.',
  uploadId: 'Identifiant du dépôt, pris dans Location.',
  apres: 'Valeur « next » de la page précédente.',
  limite: 'Nombre de lignes de la page.',
  entite: 'Identifiant de l’entité.',
  role: 'Identifiant du rôle.',
}

/** The answers of a route that are errors: one for each status, with an example for each code. */
const refusedAnswers = (route: Route): Json => {
  const all = refusalsOf(route)
  const statuses = [...new Set(all.map(({ status }) => status))]
  return Object.fromEntries(statuses.map(status => [status, refusedAnswer(all.filter(each => each.status === status))]))
}

const count = (description: string): Json => ({ description, schema: { type: 'integer' } })
const WAITING = {
  'Retry-After': count('Secondes à attendre.'),
  'RateLimit-Limit': count('Demandes permises en une minute.'),
  'RateLimit-Remaining': count('Demandes encore permises.'),
  'RateLimit-Reset': count('Secondes avant que le compte reparte.'),
}

const refusedAnswer = (refusals: readonly ProblemDefinition[]): Json => ({
  description: refusals.map(({ code, title }) => `\`${code}\` : ${title}`).join('\n\n'),
  ...(refusals[0]?.status === 429 ? { headers: WAITING } : {}),
  content: {
    'application/problem+json': {
      schema: { $ref: '#/components/schemas/Problem' },
      examples: Object.fromEntries(refusals.map(({ code }) => [code, { $ref: `#/components/examples/${code}` }])),
    },
  },
})

const errorTable = (): string =>
  ['| code | état | signification |', '|---|---|---|']
    .concat(Object.values(errors).map(({ code, status, title }) => `| \`${code}\` | ${status} | ${title} |`))
    .join('\n')

const operationOf = (route: Route, components: Map<string, Json>, answers: Json): Json => {
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
      ...(route.headers ? parametersOf(route.headers, 'header') : []),
      ...(isReplayed(route) ? [IDEMPOTENCY_KEY] : []),
      ...(isConditional(route) ? [IF_MATCH] : []),
    ],
    ...requestBodyOf(route, named),
    responses: {
      ...refusedAnswers(route),
      ...Object.fromEntries(
        Object.entries(route.alsoAnswers ?? {}).map(([status, description]) => [status, { description }]),
      ),
      ...Object.fromEntries(asksOf(route).map(([name, ask]) => [ask.status, responseOf(ask, named, answers[name])])),
      default: { $ref: '#/components/responses/Problem' },
    },
  }
}

const requestBodyOf = ({ body, upload, example, form }: Route, named: (schema: TSchema) => unknown): Json => {
  if (body) {
    const content = { schema: named(body), ...(example === undefined ? {} : { example }) }
    const forms = form ? { 'multipart/form-data': { schema: formOf(body) } } : {}
    return { requestBody: { required: true, content: { 'application/json': content, ...forms } } }
  }
  return upload ? { requestBody: { required: true, content: { [upload]: {} } } } : {}
}

/** The texts of the body, then its files: a part for each, under the name of a field. */
const formOf = (body: TSchema): Json => {
  const { properties = {}, required } = body as {
    properties?: Readonly<Record<string, Json>>
    required?: readonly string[]
  }
  const values = { type: 'string', contentMediaType: 'application/json', description: 'Valeurs, en JSON.' }
  return {
    type: 'object',
    description: 'Les textes d’abord ; puis chaque fichier, dans une partie qui porte le nom de son champ.',
    properties: { ...properties, ...('values' in properties ? { values } : {}) },
    ...(required ? { required } : {}),
    additionalProperties: { type: 'string', format: 'binary' },
  }
}

const responseOf = (
  { response, produces, summary }: Route,
  named: (schema: TSchema) => unknown,
  answer: unknown,
): Json => {
  const example = answer === undefined ? {} : { example: answer }
  return {
    description: summary,
    ...(response ? { content: { 'application/json': { schema: named(response), ...example } } } : {}),
    ...(produces ? { content: { [produces]: example } } : {}),
  }
}

const parametersOf = (schema: TSchema, place: 'path' | 'query' | 'header'): readonly Json[] => {
  const { properties = {}, required = [] } = schema as {
    properties?: Readonly<Record<string, Json>>
    required?: readonly string[]
  }
  return Object.entries(properties).map(([name, { description = PARAMETERS[name], ...rest }]) => ({
    name,
    in: place,
    // What has a usual value may be left out.
    required: place === 'path' || (required.includes(name) && !('default' in rest)),
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
