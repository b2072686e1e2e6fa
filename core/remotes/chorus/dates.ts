const offsets = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Paris', timeZoneName: 'longOffset' })
const local = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Paris', dateStyle: 'short', timeStyle: 'medium' })

/** `+01:00` or `+02:00`. */
const offsetAt = (instant: number): string =>
  offsets
    .formatToParts(instant)
    .find(({ type }) => type === 'timeZoneName')
    ?.value.replace('GMT', '') ?? '+01:00'

const minutesOf = (offset: string): number => {
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number)
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

/**
 * A date and time of Chorus Pro as an instant with the offset of Paris: it writes `2024-01-10 10:36` in legal French time, or
 * `2024-01-09T10:00:00Z`.
 * @returns `undefined` for anything else
 */
export const instantOf = (written: unknown): string | undefined => {
  if (typeof written !== 'string') return undefined
  const [, day, time, zone] =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?)?$/u.exec(written.trim()) ?? []
  if (day === undefined) return undefined
  const naive = Date.parse(`${day}T${time ?? '00:00'}${zone?.replace(/(\d{2})(\d{2})$/u, '$1:$2') ?? 'Z'}`)
  if (Number.isNaN(naive)) return undefined
  const instant = zone === undefined ? naive - minutesOf(offsetAt(naive - 3_600_000)) * 60_000 : naive
  return `${local.format(instant).replace(' ', 'T')}${offsetAt(instant)}`
}
