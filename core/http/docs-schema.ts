import { html, type Html } from './html.ts'

/** What the page reads of a JSON Schema: what ours hold. */
export interface Schema {
  readonly $ref?: string
  readonly title?: string | undefined
  readonly type?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly format?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly default?: unknown
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'texte',
  integer: 'entier',
  number: 'nombre',
  boolean: 'oui ou non',
  object: 'objet',
  array: 'liste',
  null: 'rien (null)',
}

const boundsOf = ({ format, minLength, maxLength, minimum, maximum, default: usual }: Schema): string =>
  [
    format,
    minLength === undefined ? undefined : `${minLength} caractère(s) au moins`,
    maxLength === undefined ? undefined : `${maxLength} au plus`,
    minimum === undefined ? undefined : `≥ ${minimum}`,
    maximum === undefined ? undefined : `≤ ${maximum}`,
    usual === undefined ? undefined : `par défaut ${JSON.stringify(usual)}`,
  ]
    .filter(each => each !== undefined)
    .join(', ')

const propertiesOf = (schema: Schema): Html =>
  html`<dl>
    ${Object.entries(schema.properties ?? {}).map(
      ([name, property]) =>
        html`<dt><code>${name}</code>${schema.required?.includes(name) ? '' : ' (facultatif)'}</dt>
          <dd>${shapeOf(property)}${property.description === undefined ? '' : ` — ${property.description}`}</dd>`,
    )}
  </dl>`

/** A schema in words, links and tables: a named one is a link to its own place in the page. */
export const shapeOf = (schema: Schema): Html => {
  const name = schema.$ref?.split('/').at(-1)
  if (name !== undefined) return html`<a href="#s-${name}">${name}</a>`
  if (schema.anyOf) return html`${schema.anyOf.map((each, n) => html`${n > 0 ? ' ou ' : ''}${shapeOf(each)}`)}`
  if (schema.enum) return html`${schema.enum.map(String).join(', ')}`
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`
  if (schema.type === 'array') return html`liste de ${schema.items ? shapeOf(schema.items) : 'valeurs'}`
  if (schema.properties) return propertiesOf(schema)
  const bounds = boundsOf(schema)
  return html`${TYPES[schema.type ?? ''] ?? 'valeur'}${bounds && ` (${bounds})`}`
}
