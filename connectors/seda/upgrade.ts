import { fromPastell } from './pastell.ts'

type Settings = Readonly<Record<string, unknown>>

/** Version 1: `champ: titre`, one by line, became a tree. */
const rowsFrom = (lines: string): readonly Settings[] =>
  lines
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean)
    .map(line => {
      const [field = '', ...title] = line.split(':')
      return {
        titre: title.join(':').trim(),
        genre: 'unite',
        enfants: [{ genre: 'fichiers', champ: field.trim() }],
      }
    })

/** A comma was nothing special in the keywords of version 1. */
const keywordsFrom = (lines: string): string =>
  lines
    .split('\n')
    .map(line => (line.trim() === '' || line.includes(';') ? line : `${line};`))
    .join('\n')

/**
 * Settings of an older version brought to this one. Version 0 is how settings brought over from Pastell arrive: `data` (JSON), `files` (XML)
 * and `hash_algorithm`, beside the identifier of the connector in Pastell under `pastell`.
 */
export const upgrade = (config: Settings, from: number): Settings => {
  if (from < 1 || 'data' in config || 'files' in config) return fromPastell(config)
  if (from >= 2) return config
  const { unites, motsCles, ...others } = config
  return {
    ...others,
    ...(typeof motsCles === 'string' ? { motsCles: keywordsFrom(motsCles) } : {}),
    ...(typeof unites === 'string' ? { unites: rowsFrom(unites) } : {}),
  }
}
