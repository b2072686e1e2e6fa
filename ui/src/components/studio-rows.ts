import type { Condition, StudioCheck, StudioField, StudioFlow } from '../api/types.ts'

/** One entry of the first page while it is written: its key stays when its name changes. */
export interface FieldRow {
  readonly key: string
  readonly name: string
  readonly field: StudioFlow['fields'][string]
}

export type StepRow = StudioFlow['steps'][number] & { readonly key: string }

export const isField = (row: FieldRow): row is FieldRow & { readonly field: StudioField } => !('group' in row.field)

/** Rows of fields as they are when a screen opens. */
export const rowsOf = (fields: Readonly<Record<string, FieldRow['field']>>): readonly FieldRow[] =>
  Object.entries(fields).map(([name, field]) => ({ key: crypto.randomUUID(), name, field }))

/** Names given twice: two entries of one name would make one. */
export const namesTwice = (rows: readonly FieldRow[]): readonly string[] => {
  const names = rows.map(({ name }) => name)
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
}

/** The field with an option, or without it when there is no value. */
export const withOption = (field: StudioField, name: string, value: unknown): StudioField => {
  const others = Object.entries(field.options ?? {}).filter(([each]) => each !== name)
  return { ...field, options: Object.fromEntries(value === undefined ? others : [...others, [name, value]]) }
}

/** A condition on one field, and what to say of it: a key of `studio.conditions`. */
export interface SimpleCondition {
  readonly condition: Condition
  readonly says: 'ticked' | 'unticked' | 'chosen' | 'filled'
  readonly field: string
  readonly choice: string
}

/** The conditions that one field alone can make. */
export const conditionsOn = (rows: readonly FieldRow[]): readonly SimpleCondition[] =>
  rows.filter(isField).flatMap(({ name, field: { kind, label, choices = {} } }): readonly SimpleCondition[] => {
    const on = (says: SimpleCondition['says'], condition: Condition, choice = '') => ({
      says,
      condition,
      choice,
      field: label,
    })
    if (kind === 'flag') return [on('ticked', { field: name, is: true }), on('unticked', { field: name, is: false })]
    if (kind === 'choice')
      return Object.entries(choices).map(([code, text]) => on('chosen', { field: name, is: code }, text))
    return [on('filled', { filled: name })]
  })

/** A name that open documents carry and that the draft no longer has: what it may become. */
export interface LostName {
  /** Of a field, or of a whole step. */
  readonly name: string
  readonly into: readonly { readonly value: string; readonly label: string }[]
}

const RENAME = '/upgrade/rename/'

/** What a check says is lost: a step that is gone, once for all its fields. */
export const lostIn = ({ faults, fields, steps }: StudioCheck): readonly LostName[] => {
  const names = faults.flatMap(({ at }) => (at.startsWith(RENAME) ? [at.slice(RENAME.length)] : []))
  const aliases = new Set(steps.map(({ alias }) => alias))
  const gone = (name: string): string => {
    const [alias = '', field] = name.split('.')
    return field !== undefined && !aliases.has(alias) ? alias : name
  }
  const ofSteps = new Set(names.map(gone).filter(name => !names.includes(name)))
  return [...new Set(names.map(gone))].map(name => ({
    name,
    into: ofSteps.has(name)
      ? steps.map(({ alias, label }) => ({ value: alias, label }))
      : fields.map(field => ({ value: field.name, label: field.label })),
  }))
}

/** The same list with one of its items elsewhere. */
export const moved = <T>(list: readonly T[], from: number, to: number): readonly T[] => {
  const item = list[from]
  return item === undefined ? list : list.toSpliced(from, 1).toSpliced(to, 0, item)
}

/** `code:libellé` lines. */
export const linesOf = (pairs: Readonly<Record<string, string>> = {}): string =>
  Object.entries(pairs)
    .map(([code, label]) => `${code}:${label}`)
    .join('\n')

/** The first colon separates; a line without one is its own code. */
export const pairsOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split('\n').flatMap(line => {
      const colon = line.indexOf(':')
      if (line.trim() === '') return []
      return [colon < 1 ? [line.trim(), line.trim()] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]]
    }),
  )

/** Whether a field may serve as this input, as the compiler has it. */
export const fits = (field: StudioField['kind'] | string, input: string): boolean => {
  const plain = (kind: string) => (['longText', 'url', 'mailList'].includes(kind) ? 'text' : kind)
  return plain(field) === plain(input)
}
