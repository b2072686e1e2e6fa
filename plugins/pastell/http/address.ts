/** Where a request of Pastell's API goes (pastell-api.md §1). */
export type Address =
  | { readonly is: 'v2'; readonly segments: readonly string[] }
  /** A script of the first version: `list-entite.php` → `list-entite`. */
  | { readonly is: 'v1'; readonly script: string }
  | { readonly is: 'allo' }
  /** No function at all, or another version than v2. */
  | { readonly is: 'nowhere'; readonly why: 'sansFonction' | 'sansVersion' }

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    // A percent sign that encodes nothing is a percent sign.
    return segment
  }
}

/** `/api`, `/api/…`, with any number of slashes: everything but the native API. */
export const isPastellPath = (path: string): boolean => /^\/+api(?:\/+(?!v3(?:\/|$)).*)?$/u.test(path)

/**
 * Reads an address as the front script of Pastell does: slashes are merged, a last one is ignored, `index.php` and `api_function` are
 * other spellings of the path, and the latter wins.
 * @param path as sent, without its query
 * @param asked `api_function` of the query, if there is one
 */
export const readAddress = (path: string, asked: string | undefined): Address => {
  const below = path.replace(/^\/+api\/*/u, '').replace(/^index\.php\/*/u, '')
  // The path is decoded here; a parameter was already.
  const segments = asked?.split('/').filter(Boolean) ?? below.split('/').filter(Boolean).map(decoded)
  const [version, ...rest] = segments
  if (segments.join('/').includes('rest/allo')) return { is: 'allo' }
  if (version === undefined) return { is: 'nowhere', why: 'sansFonction' }
  const last = segments.at(-1) ?? ''
  if (last.endsWith('.php')) return { is: 'v1', script: last.slice(0, -'.php'.length) }
  return version === 'v2' ? { is: 'v2', segments: rest } : { is: 'nowhere', why: 'sansVersion' }
}
