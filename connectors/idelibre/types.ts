import type { Named } from './client.ts'

const fold = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim()
    .toLowerCase()

/** « type du dossier = type d'i-delibRE », one per line. */
export const readMapping = (lines: string | undefined): ReadonlyMap<string, string> =>
  new Map(
    (lines ?? '').split('\n').flatMap(line => {
      const cut = line.indexOf('=')
      const [ours, theirs] = [line.slice(0, cut), line.slice(cut + 1).trim()]
      return cut > 0 && theirs !== '' ? [[fold(ours), theirs] as const] : []
    }),
  )

/** The name or identifier to look for at the remote. */
export const translated = (type: string, mapping: ReadonlyMap<string, string>): string =>
  mapping.get(fold(type)) ?? type.trim()

/** The type of this identifier or name; accents and case do not matter. */
export const typeNamed = (wanted: string, types: readonly Named[]): Named | undefined =>
  types.find(({ id }) => id === wanted) ?? types.find(({ name }) => fold(name) === fold(wanted))
