import { createHash } from 'node:crypto'
import { cleanName, distinctNames, fieldNamed, textOf, type Choice, type SignatureFolder } from '#core'

const LONGEST_TITLE = 255

/** The identifier of a folder, chosen by the hub: the same key always gives the same, two keys never do. Word characters only. */
export const dossierIdOf = (key: string): string => {
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 12)
  return `${key.replace(/\W+/gu, '_').slice(0, 200)}_${digest}`
}

export const titleOf = (title: string): string =>
  Array.from(title.replace(/\s+/gu, ' ').trim()).slice(0, LONGEST_TITLE).join('')

/** Names that the parapheur takes for files: no sign of a path or of a search, each one different. */
export const fileNames = (names: readonly string[]): readonly string[] =>
  distinctNames(names.map(name => cleanName(name.replace(/["*<>?:|\\/]/gu, '_'))))

/** Names may hold a slash: it is written so that the one between the two stays the only one. */
const escaped = (name: string): string => name.replaceAll('%', '%25').replaceAll('/', '%2F')
const unescaped = (name: string): string => name.replaceAll('%2F', '/').replaceAll('%25', '%')

/** What the agent chooses: a sub-type when the type is in the settings, else both. */
export const circuitChoice = (type: string, subtype: string, fixed: string | undefined): Choice =>
  fixed === undefined
    ? { value: `${escaped(type)}/${escaped(subtype)}`, label: `${type} / ${subtype}` }
    : { value: subtype, label: subtype }

export const circuitOf = (
  value: string,
  fixed: string | undefined,
): { readonly type: string; readonly subtype: string } | undefined => {
  if (fixed !== undefined) return value === '' ? undefined : { type: fixed, subtype: value }
  const [type, subtype, ...rest] = value.split('/')
  return type && subtype && rest.length === 0 ? { type: unescaped(type), subtype: unescaped(subtype) } : undefined
}

/** Metadata of the agent's file, then those that the settings draw from fields; a field that this flow does not have says nothing. */
export const metadataOf = (
  { metadata = {}, contents }: Pick<SignatureFolder, 'metadata' | 'contents'>,
  mapping: string | undefined,
): Readonly<Record<string, string>> => {
  const drawn = (mapping ?? '').split(',').flatMap(pair => {
    const [field = '', name = ''] = pair.split(':').map(word => word.trim())
    const found = contents && fieldNamed(contents, field)
    return contents && found !== undefined && name !== '' ? [[name, textOf(contents, found, 'code')] as const] : []
  })
  return { ...metadata, ...Object.fromEntries(drawn) }
}
