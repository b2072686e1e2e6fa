import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { ValidateFunction } from 'ajv'
import type { FieldKind, FieldSpec } from './fields.ts'
import { DEEPEST_ROW } from './rows.ts'

/** JSON Schema of a value, the same for Ajv, for OpenAPI and for the studio. */
export type ValueSchema = Readonly<Record<string, unknown>>

const text = { type: 'string' }
const fileRef = {
  type: 'object',
  required: ['sha256', 'name', 'size', 'type'],
  properties: {
    sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    name: { type: 'string', minLength: 1 },
    size: { type: 'integer', minimum: 0 },
    type: { type: 'string' },
  },
  additionalProperties: false,
}
const choice = {
  type: 'object',
  required: ['value', 'label'],
  properties: { value: text, label: text },
  additionalProperties: false,
}
const pieceType = {
  type: 'object',
  required: ['sha256', 'name', 'value', 'label'],
  properties: { sha256: text, name: text, value: { type: 'string', minLength: 1 }, label: text },
  additionalProperties: false,
}

const SCHEMAS: Readonly<Record<FieldKind, ValueSchema>> = {
  text,
  longText: text,
  number: { type: 'number' },
  date: { type: 'string', format: 'date' },
  flag: { type: 'boolean' },
  url: { type: 'string', format: 'uri', pattern: '^https?://' },
  secret: text,
  secretFile: { type: 'string', contentEncoding: 'base64' },
  file: fileRef,
  files: { type: 'array', items: fileRef },
  choice: text,
  remoteChoice: choice,
  pieceTypes: { type: 'array', items: pieceType },
  mailList: text,
  rows: { type: 'array' },
}

/** A row, and under `enfants` its own rows down to the deepest level permitted. */
const rowsSchema = (field: FieldSpec, level = 1): ValueSchema => ({
  type: 'array',
  items: {
    type: 'object',
    properties: {
      ...Object.fromEntries(Object.entries(field.fields ?? {}).map(([name, each]) => [name, schemaOf(each)])),
      ...(field.nested && level < DEEPEST_ROW ? { enfants: rowsSchema(field, level + 1) } : {}),
    },
    additionalProperties: false,
  },
})

/** What a value must look like on the wire, with the constraints that a schema can carry. */
export const schemaOf = (field: FieldSpec): ValueSchema => ({
  ...(field.kind === 'rows' ? rowsSchema(field) : SCHEMAS[field.kind]),
  title: field.label,
  ...(field.options.help ? { description: field.options.help } : {}),
  ...(field.choices ? among(field, Object.keys(field.choices)) : {}),
})

/** Only the codes of a fixed list. */
const among = ({ kind }: FieldSpec, codes: readonly string[]): ValueSchema =>
  kind === 'pieceTypes'
    ? { items: { ...pieceType, properties: { ...pieceType.properties, value: { enum: codes } } } }
    : { enum: codes }

const EXPECTED: Readonly<Record<FieldKind, string>> = {
  text: 'un texte',
  longText: 'un texte',
  number: 'un nombre',
  date: 'une date (AAAA-MM-JJ)',
  flag: 'oui ou non (true ou false)',
  url: 'une adresse qui commence par http:// ou https://',
  secret: 'un texte',
  secretFile: 'un fichier',
  file: 'un fichier',
  files: 'une liste de fichiers',
  choice: 'une valeur de la liste',
  remoteChoice: 'une valeur de la liste ({ value, label })',
  pieceTypes: 'un type par pièce ({ sha256, name, value, label })',
  mailList: 'des adresses séparées par des virgules',
  rows: 'une liste de lignes, chacune avec les seuls champs prévus',
}

// Ajv's CommonJS typings hide the default export from ESM; `default` is the function itself at run time too.
const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: false }))
const compiled = new WeakMap<FieldSpec, ValidateFunction>()

/**
 * Is this value of the right shape? Once per field the schema is compiled, then a check takes under a microsecond.
 * @returns a French sentence, or `undefined` when the shape is right
 */
export const validateShape = (field: FieldSpec, value: unknown): string | undefined => {
  const validate = compiled.get(field) ?? ajv.compile(schemaOf(field))
  compiled.set(field, validate)
  if (validate(value)) return undefined
  return field.choices
    ? `« ${field.label} » : la valeur n'est pas dans la liste (${Object.keys(field.choices).join(', ')}).`
    : `« ${field.label} » attend ${EXPECTED[field.kind]}.`
}
