import type { StudioField, StudioFlow } from '../api/types.ts'

/** One entry of the first page while it is written: its key stays when its name changes. */
export interface FieldRow {
  readonly key: string
  readonly name: string
  readonly field: StudioFlow['fields'][string]
}

export type StepRow = StudioFlow['steps'][number] & { readonly key: string }

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
