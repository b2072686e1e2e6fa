import type { Ref } from './fields.ts'

/** A condition over the fields of a document; plain JSON, so that a flow can be stored, exported and drawn. */
export type Condition =
  | { readonly field: string; readonly is: string | number | boolean }
  | { readonly filled: string }
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }

/** The field holds this value. A ticked box is `is(box, true)`, which `when(box)` abbreviates. */
export const is = <V extends string | number | boolean>(field: Ref<V>, value: NoInfer<V>): Condition => ({
  field: field.ref,
  is: value,
})
/** The field holds something. */
export const filled = (field: Ref): Condition => ({ filled: field.ref })
export const allOf = (...all: readonly Condition[]): Condition => ({ all })
export const anyOf = (...any: readonly Condition[]): Condition => ({ any })
export const not = (condition: Condition): Condition => ({ not: condition })

const isFilled = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== '' &&
  value !== false &&
  !(Array.isArray(value) && value.length === 0)

/** Evaluates a condition against the values of a document, by full field name. A missing box counts as not ticked. */
export const holds = (condition: Condition, data: Readonly<Record<string, unknown>>): boolean => {
  if ('is' in condition) return (data[condition.field] ?? (condition.is === false ? false : undefined)) === condition.is
  if ('filled' in condition) return isFilled(data[condition.filled])
  if ('all' in condition) return condition.all.every(each => holds(each, data))
  if ('any' in condition) return condition.any.some(each => holds(each, data))
  return !holds(condition.not, data)
}

/** The same condition under other names: those of a step become full. */
export const renamed = (condition: Condition, name: (field: string) => string): Condition => {
  if ('is' in condition) return { ...condition, field: name(condition.field) }
  if ('filled' in condition) return { filled: name(condition.filled) }
  if ('not' in condition) return { not: renamed(condition.not, name) }
  return 'all' in condition
    ? { all: condition.all.map(each => renamed(each, name)) }
    : { any: condition.any.map(each => renamed(each, name)) }
}

/** The fields a condition reads. */
export const fieldsRead = (condition: Condition): readonly string[] => {
  if ('is' in condition) return [condition.field]
  if ('filled' in condition) return [condition.filled]
  if ('not' in condition) return fieldsRead(condition.not)
  return ('all' in condition ? condition.all : condition.any).flatMap(fieldsRead)
}
