import { Fault } from './fault.ts'
import type { Value } from './values.ts'

/** A moment as people of Paris read it. */
interface Civil {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

const inParis = new Intl.DateTimeFormat('fr-FR', {
  timeZone: 'Europe/Paris',
  calendar: 'gregory',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
})

const civilOf = (moment: Date): Civil => {
  const parts = new Map(inParis.formatToParts(moment).map(({ type, value }) => [type, Number(value)]))
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  }
}

const WRITTEN = [
  /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})(?:[ T](?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2}))?)?$/u,
  /^(?<day>\d{2})\/(?<month>\d{2})\/(?<year>\d{4})(?: (?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2}))?)?$/u,
]
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/u

const refusal = () => new Fault('une date est attendue ici (AAAA-MM-JJ, JJ/MM/AAAA, ou « now » pour la date du jour)')

/** A day without an hour stays that day whatever the time zone: only instants are moved to Paris. */
const read = (value: Value, now: Date | undefined): Civil => {
  if (value === 'now') {
    if (!now) throw new Fault("la date du jour n'est pas connue ici")
    return civilOf(now)
  }
  const instant =
    typeof value === 'number'
      ? value * 1000
      : typeof value === 'string' && INSTANT.test(value)
        ? Date.parse(value)
        : undefined
  if (instant !== undefined) {
    if (Number.isNaN(new Date(instant).getTime())) throw refusal()
    return civilOf(new Date(instant))
  }
  const text = typeof value === 'string' ? value.trim() : ''
  const groups = WRITTEN.map(pattern => pattern.exec(text)?.groups).find(found => found !== undefined)
  if (!groups) throw refusal()
  const part = (name: string) => Number(groups[name] ?? 0)
  const civil: Civil = {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  }
  if (utcOf(civil).getUTCMonth() !== civil.month - 1 || civil.hour > 23 || civil.minute > 59) throw refusal()
  return civil
}

/** The same figures, as if they were UTC: for calendar arithmetic only. */
const utcOf = ({ year, month, day, hour, minute, second }: Civil): Date => {
  const date = new Date(Date.UTC(2000, month - 1, day, hour, minute, second))
  date.setUTCFullYear(year, month - 1, day)
  return date
}

const two = (number: number) => String(number).padStart(2, '0')
const four = (number: number) => String(number).padStart(4, '0')
const named = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('fr-FR', { timeZone: 'UTC', ...options })
const names = {
  day: named({ weekday: 'long' }),
  shortDay: named({ weekday: 'short' }),
  month: named({ month: 'long' }),
  shortMonth: named({ month: 'short' }),
}

/** The letters of PHP's `date()` that make sense without a time zone; names of days and months are French. */
const LETTERS: Readonly<Record<string, (civil: Civil) => string>> = {
  d: ({ day }) => two(day),
  j: ({ day }) => String(day),
  m: ({ month }) => two(month),
  n: ({ month }) => String(month),
  Y: ({ year }) => four(year),
  y: ({ year }) => two(year % 100),
  H: ({ hour }) => two(hour),
  G: ({ hour }) => String(hour),
  i: ({ minute }) => two(minute),
  s: ({ second }) => two(second),
  l: civil => names.day.format(utcOf(civil)),
  D: civil => names.shortDay.format(utcOf(civil)),
  F: civil => names.month.format(utcOf(civil)),
  M: civil => names.shortMonth.format(utcOf(civil)),
  N: civil => String(utcOf(civil).getUTCDay() || 7),
}

/** @throws Fault when the value is no date */
export const formatDate = (value: Value, format: string, now: Date | undefined): string => {
  const civil = read(value, now)
  return format.replaceAll(/\\([\s\S])|([a-z])/giu, (_, kept: string | undefined, letter: string | undefined) => {
    if (kept !== undefined) return kept
    const write = letter !== undefined && Object.hasOwn(LETTERS, letter) ? LETTERS[letter] : undefined
    if (!write)
      throw new Fault(`la lettre « ${letter ?? ''} » n'est pas un format de date connu : la protéger par « \\ »`)
    return write(civil)
  })
}

const UNITS: Readonly<Record<string, (date: Date, count: number) => void>> = {
  day: (date, count) => date.setUTCDate(date.getUTCDate() + count),
  week: (date, count) => date.setUTCDate(date.getUTCDate() + 7 * count),
  month: (date, count) => date.setUTCMonth(date.getUTCMonth() + count),
  year: (date, count) => date.setUTCFullYear(date.getUTCFullYear() + count),
}

/** `+10 years`, `-1 day`: a date moved, as `YYYY-MM-DD`. @throws Fault when one of the two is not understood */
export const moveDate = (value: Value, by: string, now: Date | undefined): string => {
  const moved = utcOf(read(value, now))
  const { count, unit } = /^(?<count>[+-]?\d{1,4}) ?(?<unit>day|week|month|year)s?$/u.exec(by.trim())?.groups ?? {}
  const move = unit === undefined ? undefined : UNITS[unit]
  if (!move) throw new Fault("un décalage de date s'écrit « +10 years », « -1 day », « +2 weeks » ou « +3 months »")
  move(moved, Number(count))
  if (Number.isNaN(moved.getTime())) throw refusal()
  return `${four(moved.getUTCFullYear())}-${two(moved.getUTCMonth() + 1)}-${two(moved.getUTCDate())}`
}
