import type { FieldView } from '../api/types.ts'

/** What every field component receives; each narrows `value` by itself and emits `update` with the new one. */
export interface FieldProps {
  readonly field: FieldView
  readonly value?: unknown
  readonly error?: string | undefined
}
