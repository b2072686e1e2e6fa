/** What Pastell's studio exports (pastell-domain.md §9.2), read without believing any of it: no schema is checked there. */
export type Json = Readonly<Record<string, unknown>>

/** One line of the report: what became of something, and where it stands in the file. */
export interface Remark {
  /** JSON pointer into the file. */
  readonly at: string
  readonly is: 'repris' | 'adapte' | 'nonRepris'
  readonly message: string
}

export const carried = (at: string, message: string): Remark => ({ at, is: 'repris', message })
export const lost = (at: string, message: string): Remark => ({ at, is: 'nonRepris', message })
export const adapted = (at: string, message: string): Remark => ({ at, is: 'adapte', message })

const WORDS: Readonly<Record<Remark['is'], string>> = { repris: 'repris', adapte: 'adapté', nonRepris: 'non repris' }

/** As it is printed: « non repris : … (/raw_data/etape/0) ». */
export const lineOf = ({ at, is, message }: Remark): string => `${WORDS[is]} : ${message} (${at})`

/** `"on"`, `true`, `"1"`. */
export const isOn = (value: unknown): boolean =>
  value === true || value === 1 || (typeof value === 'string' && ['on', '1', 'true', 'checked'].includes(value))

/** A text, or nothing: Pastell writes `""` and `null` alike. */
export const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A list, or an object whose keys are ranks: PHP writes both. */
export const listOf = (value: unknown): readonly Json[] =>
  (Array.isArray(value) ? value : isJson(value) ? Object.values(value) : []).filter(isJson)

/** Keys that nobody knows are told, not dropped. */
export const unknownKeys = (at: string, given: Json, known: readonly string[]): readonly Remark[] =>
  Object.entries(given).flatMap(([key, value]) =>
    known.includes(key) || value === '' || value === null || value === false
      ? []
      : [lost(`${at}/${key}`, `« ${key} » n'est pas une clé de ce format de Pastell`)],
  )
