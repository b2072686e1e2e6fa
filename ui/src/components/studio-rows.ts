import type { ApiError } from '../api/errors.ts'
import type { Condition, PlacedMessage, StudioCheck, StudioField, StudioFlow, StudioGroup } from '../api/types.ts'

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

/** A group of fields of one flow alone, while it is written. */
export interface OwnGroup {
  readonly id: string
  readonly label: string
  readonly rows: readonly FieldRow[]
}

/** What these rows are in a group: fields alone. */
export const fieldsIn = (rows: readonly FieldRow[]): Readonly<Record<string, StudioField>> =>
  Object.fromEntries(rows.filter(isField).map(({ name, field }) => [name, field]))

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

/** A field that a condition or an input may read. */
export interface Source {
  /** Its full name. */
  readonly value: string
  readonly label: string
  readonly kind: string
  readonly choices?: Readonly<Record<string, string>> | undefined
}

/** Fields of the first page, those of groups written out under their prefix. */
export const sourcesIn = (rows: readonly FieldRow[], groups: readonly StudioGroup[]): readonly Source[] =>
  rows.flatMap((row): readonly Source[] => {
    const source = (value: string, { label, kind, choices }: StudioField) => ({ value, label, kind, choices })
    if (isField(row)) return [source(row.name, row.field)]
    const used = 'group' in row.field ? row.field.group : ''
    const group = groups.find(({ id }) => id === used)
    return Object.entries(group?.contents.fields ?? {}).map(([name, field]) => source(`${row.name}_${name}`, field))
  })

/** A condition on one field, and what to say of it: a key of `studio.conditions`. */
export interface SimpleCondition {
  readonly condition: Condition
  readonly says: 'ticked' | 'unticked' | 'chosen' | 'filled'
  readonly field: string
  readonly choice: string
}

/** The conditions that one field alone can make; `held` among them, though its field be unknown here. */
export const conditionsOn = (sources: readonly Source[], held: Condition | undefined): readonly SimpleCondition[] => {
  const offered = sources.flatMap(({ value: name, kind, label, choices = {} }): readonly SimpleCondition[] => {
    const on = (says: SimpleCondition['says'], condition: Condition, choice = '') => ({
      says,
      condition,
      choice,
      field: label,
    })
    if (kind === 'flag') return [on('ticked', { field: name, is: true }), on('unticked', { field: name, is: false })]
    return [
      ...Object.entries(choices).map(([code, text]) => on('chosen', { field: name, is: code }, text)),
      on('filled', { filled: name }),
    ]
  })
  if (held === undefined || !('filled' in held) || offered.some(each => same(each.condition, held))) return offered
  const field = sources.find(({ value }) => value === held.filled)?.label ?? held.filled
  return [...offered, { condition: held, says: 'filled', field, choice: '' }]
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

export type ConditionForm = 'all' | 'any' | 'not' | 'equals'

/** How a condition that the list does not offer is shown. */
export const formOf = (condition: Condition): ConditionForm => {
  if ('all' in condition) return 'all'
  if ('any' in condition) return 'any'
  return 'not' in condition ? 'not' : 'equals'
}

/** What is typed, as a field of this kind holds it. */
export const typedAs = (kind: string | undefined, text: string): string | number | boolean => {
  if (kind === 'flag') return text === 'true'
  return kind === 'number' && text.trim() !== '' && !Number.isNaN(Number(text)) ? Number(text) : text
}

/** A condition of another form, which keeps what was said: « non » of it, or it among others. */
export const composedOf = (
  form: ConditionForm,
  held: Condition | undefined,
  sources: readonly Source[],
): Condition | undefined => {
  const inner = held ?? conditionsOn(sources, undefined)[0]?.condition
  if (inner === undefined) return undefined
  const parts = 'all' in inner ? inner.all : 'any' in inner ? inner.any : [inner]
  if (form === 'all') return { all: parts }
  if (form === 'any') return { any: parts }
  if (form === 'not') return { not: inner }
  return { field: sources[0]?.value ?? '', is: '' }
}

/** What a flow or a group is when it begins. */
export interface Started {
  id: string
  label: string
  family: string
}

/** A refusal to begin, at the control it speaks of: a name that is taken is told of the identifier. */
export const started = ({ code, message, fields }: ApiError): readonly PlacedMessage[] => {
  if (code === 'conflit') return [{ at: 'id', message }]
  return fields.flatMap(each => {
    const name = /(?:^|[/.])(?:flow|group)?(id|label|family)$/iu.exec(each.field)?.[1]
    return name === undefined ? [] : [{ at: name.toLowerCase(), message: each.message }]
  })
}

/** Sentences at this very place; `false`: none, as a control wants it. */
export const faultAt = (faults: readonly PlacedMessage[], at: string): string | false =>
  faults
    .filter(fault => fault.at === at)
    .map(({ message }) => message)
    .join(' ') || false

/** Sentences at this place or below it, save where a control shows its own. */
export const faultsBelow = (
  faults: readonly PlacedMessage[],
  at: string,
  shown: (rest: string) => boolean,
): readonly string[] =>
  faults
    .filter(fault => (fault.at === at || fault.at.startsWith(`${at}/`)) && !shown(fault.at.slice(at.length)))
    .map(({ message }) => message)

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
