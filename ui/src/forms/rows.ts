import { toRaw } from 'vue'
import type { FieldView, Values } from '../api/types.ts'
import { asChoice, asRowFiles, asText, isEmpty } from './values.ts'

/** The rows of a value, whatever the server sent. */
export const asRows = (value: unknown): readonly Values[] =>
  Array.isArray(value)
    ? value.filter((row): row is Values => typeof row === 'object' && row !== null && !Array.isArray(row))
    : []

export const childrenOf = (row: Values): readonly Values[] => asRows(row['enfants'])

const keys = new WeakMap<object, number>()
let next = 0

/** What tells a row from the others while it is edited and moved: rows have no identifier of their own. */
export const keyOf = (row: Values): number => {
  const known = keys.get(toRaw(row))
  if (known !== undefined) return known
  next += 1
  keys.set(toRaw(row), next)
  return next
}

/** The row with one value changed; it remains the same row on screen. Empty values are left out. */
export const withValue = (row: Values, name: string, value: unknown): Values => {
  const { [name]: _, ...others } = row
  const changed = isEmpty(value) ? others : { ...others, [name]: value }
  keys.set(changed, keyOf(row))
  return changed
}

/** A new row, with the defaults of its fields. */
export const emptyRow = (field: FieldView): Values =>
  Object.fromEntries(
    (field.fields ?? []).flatMap(each => (each.default === undefined ? [] : [[each.name, each.default]])),
  )

const shown = (field: FieldView | undefined, row: Values): string => {
  if (!field) return ''
  const value = row[field.name] ?? field.default
  const files = asRowFiles(value).map(file => file.name)
  const chosen = field.kind === 'remoteChoice' ? asChoice(value)?.label : undefined
  return field.choices?.find(choice => choice.value === value)?.label ?? chosen ?? (files.join(', ') || asText(value))
}

/** Name that the server knows, whichever the row: `projets.0.enfants.1.theme` → `projets.theme`. */
const served = (path: string): string =>
  path
    .split('.')
    .filter(part => part !== 'enfants' && !/^\d+$/u.test(part))
    .join('.')

/** Where the list of choices of a field is asked for. */
export const choicesOf = served

/** The rows that hold a field, where their files are downloaded: `projets.0.rapport` → `projets`. */
export const listOf = (path: string): string => served(path).split('.').slice(0, -1).join('.')

/** What a folded row says of itself: its first field, then its second one. */
export const titleOf = (field: FieldView, row: Values): readonly [string, string] => {
  const [first, second] = field.fields ?? []
  return [shown(first, row), shown(second, row)]
}

/** Label of a field of a form, or of a field inside rows: `unites.0.enfants.1.titre` → « Unités 1.2, Titre ». */
export const labelIn = (fields: readonly FieldView[], name: string): string => {
  const known = fields.find(field => field.name === name)
  if (known) return known.label
  const field = fields.find(each => each.kind === 'rows' && name.startsWith(`${each.name}.`))
  if (!field) return name
  const parts = name.slice(field.name.length + 1).split('.')
  const place = parts.filter(part => /^\d+$/u.test(part)).map(part => Number(part) + 1)
  const inner = field.fields?.find(each => each.name === parts.at(-1))
  return [[field.label, place.join('.')].filter(Boolean).join(' '), inner?.label].filter(Boolean).join(', ')
}
