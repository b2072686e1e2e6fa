/**
 * What PostgreSQL accepts of a text: no NUL, no half of a surrogate pair. Remotes answer such things, and the loss of one
 * unreadable character must not stop a document.
 */
export const storableText = (text: string): string => text.replaceAll('\u0000', '').replace(/\p{Surrogate}/gu, '\uFFFD')

/** JSON text that a `jsonb` column accepts, whatever the strings hold. Keys are left alone: they are ours. */
export const storableJson = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) => (typeof each === 'string' ? storableText(each) : each))

/** The same value always gives the same text: keys in order, nothing undefined. What hashes are computed on. */
export const canonicalJson = (value: unknown): string => {
  const ordered = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(ordered)
    if (each === null || typeof each !== 'object' || each instanceof Date) return each
    return Object.fromEntries(
      Object.entries(each)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, inner]) => [key, ordered(inner)]),
    )
  }
  return storableJson(ordered(value))
}
