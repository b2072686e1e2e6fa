/** What may leave: maps keep the order and the look of their keys, which a JavaScript object would not. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | ReadonlyMap<string, Json>
  | { readonly [key: string]: Json | undefined }

const text = (value: string): string =>
  JSON.stringify(value)
    .replaceAll('/', '\\/')
    .replaceAll(/\P{ASCII}/gu, sign =>
      [...Array(sign.length).keys()].map(n => `\\u${sign.charCodeAt(n).toString(16).padStart(4, '0')}`).join(''),
    )

const entriesOf = (value: ReadonlyMap<string, Json> | { readonly [key: string]: Json | undefined }) =>
  (value instanceof Map ? [...(value as ReadonlyMap<string, Json>)] : Object.entries(value)).filter(
    (entry): entry is [string, Json] => entry[1] !== undefined,
  )

/** PHP has one type for lists and maps: keys 0, 1, 2… make a list, anything else a map, and nothing at all a list. */
const isList = (entries: readonly (readonly [string, Json])[]): boolean =>
  entries.every(([key], index) => key === String(index))

/** Writes as PHP does (pastell-api.md §3): four spaces, `\\/`, `\\u00e9`, `[]` for an empty map. */
export const phpJson = (value: Json, layout: 'pretty' | 'compact' = 'pretty'): string => {
  const write = (each: Json, indent: string): string => {
    if (typeof each === 'string') return text(each)
    if (each === null || typeof each !== 'object') return JSON.stringify(each)
    const entries = Array.isArray(each)
      ? (each as readonly Json[]).map((item, index) => [String(index), item] as const)
      : entriesOf(each as ReadonlyMap<string, Json>)
    if (entries.length === 0) return '[]'
    const list = isList(entries)
    const inner = `${indent}    `
    const items = entries.map(([key, item]) => {
      const name = list ? '' : `${text(key)}:${layout === 'pretty' ? ' ' : ''}`
      return `${name}${write(item, inner)}`
    })
    const [open, close] = list ? ['[', ']'] : ['{', '}']
    return layout === 'pretty'
      ? `${open}\n${items.map(item => `${inner}${item}`).join(',\n')}\n${indent}${close}`
      : `${open}${items.join(',')}${close}`
  }
  return write(value, '')
}

/** The first version of the API made every scalar a text: `true` → `"1"`, `false` and `null` → `""` (§11). */
export const asTexts = (value: Json): Json => {
  if (value === null || value === false) return ''
  if (value === true) return '1'
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return (value as readonly Json[]).map(asTexts)
  return new Map(entriesOf(value as ReadonlyMap<string, Json>).map(([key, inner]) => [key, asTexts(inner)]))
}
