import { API_PREFIX } from './dispatch.ts'

/** What is read of a JSON Schema to make a type of it. */
interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly description?: string
  readonly schema: Schema
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>

interface Operation {
  readonly summary: string
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

/** What the types are made from: the description that `openApiOf` writes. */
export interface ApiDescription {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

const PRIMITIVES: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
}

const union = (types: readonly string[]): string => {
  const unique = [...new Set(types)]
  return unique.includes('unknown') ? 'unknown' : unique.join(' | ')
}

const key = (name: string): string => (/^[A-Za-z_]\w*$/u.test(name) ? name : JSON.stringify(name))

const comment = (text: string | undefined): string =>
  text ? `/** ${text.replaceAll('*/', '*∕').replaceAll(/\s*\n\s*/gu, ' ')} */\n` : ''

const property = (name: string, type: string, { optional = false, text }: { optional?: boolean; text?: string }) =>
  `${comment(text)}readonly ${key(name)}${optional ? '?' : ''}: ${type}`

const object = (lines: readonly string[]): string =>
  lines.length === 0 ? 'Record<never, never>' : `{\n${lines.join('\n')}\n}`

const propertiesOf = ({ properties = {}, required = [], patternProperties = {} }: Schema): readonly string[] => [
  ...Object.entries(properties).map(([name, each]) =>
    property(name, typeOf(each), {
      optional: !required.includes(name),
      ...(each.description ? { text: each.description } : {}),
    }),
  ),
  // Families of names (`champ.objet`): what their pattern begins with.
  ...Object.entries(patternProperties).flatMap(([pattern, each]) => {
    const prefix = /^\^([a-z]+)\\\./u.exec(pattern)?.[1]
    return prefix === undefined ? [] : [`readonly [name: \`${prefix}.\${string}\`]: ${typeOf(each)}`]
  }),
]

const objectOf = (schema: Schema): string => {
  const { properties, patternProperties = {}, additionalProperties } = schema
  if (properties && Object.keys(properties).length > 0) return object(propertiesOf(schema))
  const values = [
    ...Object.values(patternProperties),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
  ]
  return `Readonly<Record<string, ${values.length === 0 ? 'unknown' : union(values.map(typeOf))}>>`
}

const typeOf = (schema: Schema): string => {
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? 'unknown'
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return union(schema.enum.map(value => JSON.stringify(value)))
  if (schema.anyOf) return union(schema.anyOf.map(typeOf))
  if (Array.isArray(schema.type)) return union(schema.type.map((type: string) => typeOf({ ...schema, type })))
  if (schema.type === 'array') return `readonly (${schema.items ? typeOf(schema.items) : 'unknown'})[]`
  if (schema.type === 'object') return objectOf(schema)
  return PRIMITIVES[String(schema.type)] ?? 'unknown'
}

/** A query may be given `undefined`, as screens have it: the parameter is then left out. */
const placed = (parameters: readonly Parameter[], place: string): readonly string[] =>
  parameters
    .filter(each => each.in === place)
    .map(({ name, required, description, schema }) =>
      name.endsWith('NOM')
        ? `${comment(description)}readonly [name: \`${name.slice(0, -'NOM'.length)}\${string}\`]: string | undefined`
        : property(name, required ? typeOf(schema) : union([typeOf(schema), 'undefined']), {
            optional: !required,
            ...(description ? { text: description } : {}),
          }),
    )

const requestOf = ({ parameters, requestBody }: Operation): string => {
  const path = placed(parameters, 'path')
  const query = placed(parameters, 'query')
  const needed = parameters.some(each => each.in === 'query' && each.required)
  const body = requestBody?.content['application/json']?.schema
  const has = (name: string) => parameters.some(each => each.in === 'header' && each.name === name)
  return object([
    ...(path.length > 0 ? [property('path', object(path), {})] : []),
    ...(query.length > 0 ? [property('query', object(query), { optional: !needed })] : []),
    ...(body ? [property('body', typeOf(body), {})] : []),
    ...(has('Idempotency-Key')
      ? [property('idempotencyKey', 'string', { optional: true, text: 'Sent as `Idempotency-Key`.' })]
      : []),
    ...(has('If-Match')
      ? [property('ifMatch', 'number', { optional: true, text: 'Version that was read, sent as `If-Match`.' })]
      : []),
  ])
}

/** `undefined` without a body; `Response` for what is not JSON: files, pages, events. */
const answerOf = ({ responses }: Operation): string => {
  const [, answer] = Object.entries(responses).find(([status]) => status.startsWith('2')) ?? []
  if (!answer?.content) return 'undefined'
  const schema = answer.content['application/json']?.schema
  return schema ? typeOf(schema) : 'Response'
}

/**
 * The TypeScript of what the API says and is asked: an interface per named schema, and under « POST /jetons » what each operation takes
 * (`Requests`) and answers (`Answers`). To be formatted by Prettier.
 */
export const clientTypes = ({ paths, components }: ApiDescription): string => {
  const operations = Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, each]) => [`${method.toUpperCase()} ${path}`, each] as const),
    )
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  const all = (typed: (operation: Operation) => string) =>
    object(operations.map(([name, each]) => property(name, typed(each), { text: each.summary })))
  return [
    '// Made by `npm run client` from the OpenAPI description: change the routes, not this file.',
    `/** Where the operations are, below the address of the platform. */\nexport const API_PREFIX = '${API_PREFIX}'`,
    ...Object.entries(components.schemas).map(
      ([name, schema]) => `${comment(schema.description)}export type ${name} = ${typeOf(schema)}`,
    ),
    `/** What each operation takes. */\nexport interface Requests ${all(requestOf)}`,
    `/** What each operation answers. */\nexport interface Answers ${all(answerOf)}`,
    '',
  ].join('\n\n')
}
