import { basename } from 'node:path'
import { ConfigurationError } from '../../authoring/errors.ts'
import { expressionWith, tryOn, valueWith, type Groups } from './expressions.ts'

/** A line of the settings: `champ: reste`, cut at the first colon. */
export interface Line {
  readonly field: string
  readonly value: string
}

/**
 * @param what the setting, as the form calls it
 * @throws ConfigurationError naming the line that has no colon
 */
export const linesOf = (setting: string | undefined, what: string): readonly Line[] =>
  (setting ?? '').split('\n').flatMap(raw => {
    const line = raw.trim()
    if (line === '') return []
    const colon = line.indexOf(':')
    if (colon < 1)
      throw new ConfigurationError(
        `La ligne « ${line} » du réglage « ${what} » n'est pas de la forme « champ: … » : corrigez-la dans les réglages du connecteur.`,
      )
    return [{ field: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() }]
  })

/** Which file goes to which field. */
export interface Matched {
  /** Field → paths, in order. */
  readonly files: ReadonlyMap<string, readonly string[]>
  /** What each line captured, by rank of the line; empty for a line that recognised nothing. */
  readonly groups: readonly Groups[]
  /** Paths that no line recognised. */
  readonly rest: readonly string[]
}

/**
 * Lines in order, each on the files that the lines before left: a field of one file takes the first, a field of several takes all, and
 * the last one gives its groups (depot-files.md §B.2). Expressions are tried on the name of the file, without its folder.
 */
export const matchFiles = (
  lines: readonly Line[],
  paths: readonly string[],
  holdsSeveral: (field: string) => boolean,
): Matched => {
  const files = new Map<string, readonly string[]>()
  const groups: Groups[] = []
  let rest = paths
  for (const { field, value } of lines) {
    const results = tryOn(
      // Macs write accents in two characters.
      rest.map(path => basename(path).normalize('NFC')),
      expressionWith(value, groups),
    )
    const all = rest.flatMap((path, rank) => {
      const found = results[rank]
      return found ? [{ path, found }] : []
    })
    const taken = holdsSeveral(field) ? all : all.slice(0, 1)
    groups.push(taken.at(-1)?.found ?? [])
    if (taken.length === 0) continue
    const mine = new Set(taken.map(({ path }) => path))
    files.set(field, [...(files.get(field) ?? []), ...mine])
    rest = rest.filter(path => !mine.has(path))
  }
  return { files, groups, rest }
}

/** The fixed values of the settings, with what the names of the files bring to them. */
export const fixedValues = (lines: readonly Line[], { files, groups }: Matched): Readonly<Record<string, string>> =>
  Object.fromEntries(
    lines.map(({ field, value }) => [
      field,
      valueWith(value, groups).replace(/%([^%\s]+)%/gu, (_, name: string) =>
        (files.get(name) ?? []).map(path => basename(path)).join(', '),
      ),
    ]),
  )
