import { isDeepStrictEqual } from 'node:util'
import { labelAt } from './labels.ts'
import type { Marche } from './marche.ts'

/** Lists that grow after the first publication; everything else is said once. */
const GROWING = ['actesSousTraitance', 'modifications', 'modificationsActesSousTraitance'] as const

/** Days of publication are ours, never the agent's: they do not count when what was said is compared with what is said. */
const DAYS: ReadonlySet<string> = new Set(['datePublicationDonnees', 'datePublicationDonneesModification'])

const withoutDays = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutDays)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) => (DAYS.has(name) ? [] : [[name, withoutDays(each)]])),
  )
}

const same = (a: unknown, b: unknown): boolean => isDeepStrictEqual(withoutDays(a), withoutDays(b))

/** What comes after a publication: the contract to publish, and whether it says anything new; or what may not change any more. */
export type Suite =
  | { readonly is: 'refused'; readonly faults: readonly string[] }
  | { readonly is: 'nothing' }
  | { readonly is: 'more'; readonly marche: Marche }

/**
 * What was published stays as it was published, days included; what is new is added at the end of its list (formats/opendata.md §3). Pure.
 */
export const suiteOf = (published: Marche, now: Marche): Suite => {
  const faults: string[] = []
  const growing: ReadonlySet<string> = new Set(GROWING)
  const names = new Set([...Object.keys(published), ...Object.keys(now)])
  for (const name of names)
    if (!DAYS.has(name) && !growing.has(name) && !same(published[name], now[name]))
      faults.push(
        `« ${labelAt(name)} » a déjà été publié et ne change plus : rétablissez-le, puis décrivez le changement dans « Modifications du marché ».`,
      )
  const lists: Record<string, readonly unknown[]> = {}
  let more = false
  for (const name of GROWING) {
    const [before, after] = [published[name] ?? [], now[name] ?? []]
    for (const [rank, said] of before.entries())
      if (!same(said, after[rank]))
        faults.push(
          `« ${labelAt(name)} », ligne ${rank + 1} : elle a déjà été publiée et ne change plus. Rétablissez-la, puis ajoutez une ligne.`,
        )
    if (after.length > before.length) more = true
    if (after.length > 0) lists[name] = [...before, ...after.slice(before.length)]
  }
  if (faults.length > 0) return { is: 'refused', faults }
  return more ? { is: 'more', marche: { ...published, ...lists } } : { is: 'nothing' }
}
