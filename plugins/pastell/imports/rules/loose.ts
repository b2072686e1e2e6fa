/** A value as Pastell stores it: a text, the names of files, a box; `undefined` when the folder has none. */
export type Stored = string | boolean | readonly string[] | undefined

/** What PHP takes for true: neither nothing, nor `""`, nor `"0"`, nor an empty list. */
const isTrue = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== false &&
  value !== '' &&
  value !== '0' &&
  value !== 0 &&
  !(Array.isArray(value) && value.length === 0)

/** The number that PHP 8 reads in a whole text: spaces around it do not count. */
const numberIn = (value: string | number): number | undefined => {
  if (typeof value === 'number') return value
  return /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/iu.test(value) ? Number(value) : undefined
}

/**
 * PHP's `==` between what is stored and what a definition gives (flows/engine.md §3, `content`): `true` equals whatever is not empty, a list
 * of files included; two numbers written differently are equal.
 */
export const looselyEqual = (stored: Stored, wanted: unknown): boolean => {
  if (typeof wanted === 'boolean' || typeof stored === 'boolean') return isTrue(stored) === isTrue(wanted)
  if (wanted === null || wanted === undefined) return !isTrue(stored) && stored !== '0'
  if (stored === undefined) return !isTrue(wanted)
  if (typeof stored !== 'string') return Array.isArray(wanted) && stored.join('\0') === wanted.join('\0')
  if (typeof wanted !== 'string' && typeof wanted !== 'number') return false
  const [left, right] = [numberIn(stored), numberIn(wanted)]
  return left !== undefined && right !== undefined ? left === right : stored === String(wanted)
}
