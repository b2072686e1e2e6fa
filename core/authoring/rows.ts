import type { FieldSpec } from './fields.ts'

/** Levels of a tree of rows. Deeper, nobody finds their way on a screen. */
export const DEEPEST_ROW = 8
/** Rows of a field, all levels together. */
export const MOST_ROWS = 500

export type RowValue = Readonly<Record<string, unknown>>

const isRow = (value: unknown): value is RowValue =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The rows of a value, whatever was stored or sent. */
export const rowsIn = (value: unknown): readonly RowValue[] => (Array.isArray(value) ? value.filter(isRow) : [])

/** Rows as a handler reads them: defaults filled in, boxes never undefined, `enfants` always there when rows are nested. */
export const completeRows = (field: FieldSpec, value: unknown): readonly RowValue[] =>
  rowsIn(value).map(row => ({
    ...Object.fromEntries(
      Object.entries(field.fields ?? {}).map(([name, { kind, options }]) => [
        name,
        row[name] ?? (kind === 'date' ? undefined : options.default) ?? (kind === 'flag' ? false : undefined),
      ]),
    ),
    ...(field.nested ? { enfants: completeRows(field, row['enfants']) } : {}),
  }))
