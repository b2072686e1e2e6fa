import { IN_EXAMPLES } from './situations.fixture.ts'

const AT = '2026-03-14T13:05:00.000Z'
/** Rows of a list that say enough of all the others. */
const SHOWN = 2
const LONGEST = 400
/** What is drawn at random, or counts what happened before: the same in every run, so that the example is. */
const STABLE: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/gu, AT],
  [/http:\/\/127\.0\.0\.1:\d+/gu, 'https://passeur.exemple.fr'],
  [/http:\/\/localhost:3000/gu, 'https://passeur.exemple.fr'],
  [/^[\w-]{43}$/gu, 'valeur-donnee-une-seule-fois'],
  [/c\.durand\.\d+/gu, 'c.durand'],
  [/\([a-z0-9]{11}\)/gu, `(${IN_EXAMPLES})`],
  [/\b[0-9a-f]{12}\.\d+\b/gu, '39d5a623e786.31'],
  [/courrier-arrive-\d+/gu, 'courrier-arrive'],
  [/"(prevHash|root)":"[0-9a-f]{64}"/gu, '"$1":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"'],
  [/"entityId":"\d+"/gu, '"entityId":"42"'],
]

const steady = (key: string, value: string, known: ReadonlySet<string>): string => {
  const isName = /^(?:id|\w*Id)$/u.test(key)
  if (isName && /^\d+$/u.test(value)) return known.has(value) ? value : '42'
  if (isName && /^(?:[a-z0-9]{11}){1,2}$/u.test(value)) return IN_EXAMPLES
  if (key === 'next') return 'valeur-de-la-page-suivante'
  if (key === 'hash') return 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  const text = STABLE.reduce((text, [what, by]) => text.replaceAll(what, by), value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

/**
 * An answer as an example: lists and texts shortened, what changes from one run to the next replaced, nothing else touched.
 * @param known identifiers that are always the same
 */
export const asExample = (value: unknown, known: ReadonlySet<string>, key = ''): unknown => {
  if (typeof value === 'string') return steady(key, value, known)
  if (Array.isArray(value)) return value.slice(0, SHOWN).map(each => asExample(each, known, key))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, asExample(each, known, name)]))
}
