import { localTime } from '#core'

/** Local times of France (`YYYY-MM-DDTHH:mm`) as i-delibRE reads and writes them. */

/** The instant at which clocks in France show this local time; the first one in the hour that comes twice. */
export const instantOf = (local: string): Date => {
  const asUtc = new Date(`${local}:00Z`)
  const hour = 3_600_000
  return (
    [2, 1].map(offset => new Date(asUtc.getTime() - offset * hour)).find(each => localTime(each) === local) ?? asUtc
  )
}

/** `YYYY-MM-DD HH:mm:00` in the zone that the server expects. */
export const written = (local: string, zone: 'UTC' | 'Europe/Paris'): string => {
  const text = zone === 'UTC' ? instantOf(local).toISOString().slice(0, 16) : local
  return `${text.replace('T', ' ')}:00`
}

/** Whether a date told by the server is the one asked for. */
export const isSameTime = (told: string, local: string): boolean => {
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/u.test(told)
  return hasZone
    ? new Date(told).getTime() === instantOf(local).getTime()
    : told.replace(' ', 'T').slice(0, 16) === local
}

/**
 * Whether a date told by the server may come from this sending: the same instant, or the very clock that was written. A server that
 * understands another zone than the settings say must not be sent the same séance twice.
 */
export const mayComeFrom = (told: string, local: string, zone: 'UTC' | 'Europe/Paris'): boolean =>
  isSameTime(told, local) || told.replace('T', ' ').startsWith(written(local, zone).slice(0, 16))
