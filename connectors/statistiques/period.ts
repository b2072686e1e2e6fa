import { ConfigurationError, localDay } from '#core'

/** Days of creation, `YYYY-MM-DD`: `from` included, `to` excluded. Left out: no bound on that side. */
export interface Period {
  readonly from: string | undefined
  readonly to: string | undefined
}

export type PeriodKind = 'dates' | 'mois' | 'annee'

const firstOf = (year: number, month: number): string => `${year}-${String(month).padStart(2, '0')}-01`

/**
 * The period of the settings, on the legal calendar.
 * @throws ConfigurationError when the end is not after the beginning
 */
export const periodOf = (kind: PeriodKind, from: string | undefined, to: string | undefined, now: Date): Period => {
  const [year = 0, month = 0] = localDay(now).split('-').map(Number)
  if (kind === 'annee') return { from: firstOf(year - 1, 1), to: firstOf(year, 1) }
  if (kind === 'mois')
    return { from: month === 1 ? firstOf(year - 1, 12) : firstOf(year, month - 1), to: firstOf(year, month) }
  if (from !== undefined && to !== undefined && to <= from)
    throw new ConfigurationError(
      `La date de fin (${to}) n'est pas après la date de début (${from}) : corrigez la période. Le jour de fin n'est pas compté.`,
    )
  return { from, to }
}
