import { localMoment } from './days.ts'

/** A clock without a time zone, moved as PHP's `strtotime` does: what overflows a month goes into the next one. */
interface Moves {
  readonly by: { year: number; month: number; day: number; second: number }
  /** Back to midnight: days that are named, not counted. */
  midnight: boolean
  edge: 'first' | 'last' | undefined
  /** ISO: Monday is 1. */
  weekday: number | undefined
  /** `next monday` is after today, `last monday` before; alone, today counts. */
  side: 'after' | 'before' | 'onOrAfter'
  ofTheWeek: boolean
  on: readonly [year: number, month: number, day: number] | undefined
}

const UNITS: Readonly<Record<string, readonly [keyof Moves['by'], number]>> = {
  sec: ['second', 1],
  second: ['second', 1],
  min: ['second', 60],
  minute: ['second', 60],
  hour: ['second', 3_600],
  day: ['day', 1],
  week: ['day', 7],
  fortnight: ['day', 14],
  forthnight: ['day', 14],
  month: ['month', 1],
  year: ['year', 1],
}
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const STEPS: Readonly<Record<string, number>> = { next: 1, last: -1, previous: -1, this: 0 }

const weekdayOf = (word: string): number | undefined => {
  const index = WEEKDAYS.findIndex(each => each === word || (word.length === 3 && each.startsWith(word)))
  return index < 0 ? undefined : index + 1
}

type Groups = Readonly<Record<string, string | undefined>>
type Read = (moves: Moves, groups: Groups) => boolean

const move = (moves: Moves, count: number, word: string): boolean => {
  const unit = UNITS[word] ?? UNITS[word.replace(/s$/u, '')]
  if (!unit) return false
  moves.by[unit[0]] += count * unit[1]
  return true
}
const toWeekday = (moves: Moves, word: string, side: Moves['side']): boolean => {
  moves.weekday = weekdayOf(word)
  moves.midnight = true
  moves.side = side
  return moves.weekday !== undefined
}
const dated = (moves: Moves, { year, month, day }: Groups): boolean => {
  const [y, m, d] = [Number(year), Number(month), Number(day)]
  moves.on = [y, m, d]
  moves.midnight = true
  return m >= 1 && m <= 12 && d >= 1 && d <= new Date(Date.UTC(y, m, 0)).getUTCDate()
}

const NAMED: Readonly<Record<string, number>> = { today: 0, midnight: 0, noon: 0, tomorrow: 1, yesterday: -1 }

/** What `strtotime` understands of days, longest first. */
const PHRASES: readonly (readonly [RegExp, Read])[] = [
  [/^(?<year>\d{4})-(?<month>\d{1,2})-(?<day>\d{1,2})(?![\d-])/u, dated],
  [/^(?<day>\d{1,2})[.-](?<month>\d{1,2})[.-](?<year>\d{4})(?!\d)/u, dated],
  // A slash is American there.
  [/^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{4})(?!\d)/u, dated],
  [
    /^(?<edge>first|last) day of\b/u,
    (moves, { edge }) => {
      moves.edge = edge === 'first' ? 'first' : 'last'
      return true
    },
  ],
  [
    /^(?<step>next|last|previous|this) (?<word>[a-z]+)/u,
    (moves, { step = '', word = '' }) => {
      const count = STEPS[step] ?? 0
      if (weekdayOf(word) !== undefined)
        return toWeekday(moves, word, count > 0 ? 'after' : count < 0 ? 'before' : 'onOrAfter')
      if (word.startsWith('week')) moves.ofTheWeek = true
      return move(moves, count, word)
    },
  ],
  [
    /^(?<sign>[+-]*) ?(?<count>\d{1,5}) ?(?<word>[a-z]+)/u,
    (moves, { sign = '', count, word = '' }) =>
      move(moves, Number(count) * ([...sign].filter(each => each === '-').length % 2 === 1 ? -1 : 1), word),
  ],
  [
    /^ago\b/u,
    moves => {
      for (const key of ['year', 'month', 'day', 'second'] as const) moves.by[key] *= -1
      return true
    },
  ],
  [/^now\b/u, () => true],
  [
    /^(?<word>[a-z]+)/u,
    (moves, { word = '' }) => {
      const days = NAMED[word]
      if (days === undefined) return toWeekday(moves, word, 'onOrAfter')
      moves.by.day += days
      moves.midnight = true
      return true
    },
  ],
]

const readMoves = (text: string): Moves | undefined => {
  const moves: Moves = {
    by: { year: 0, month: 0, day: 0, second: 0 },
    midnight: false,
    edge: undefined,
    weekday: undefined,
    side: 'onOrAfter',
    ofTheWeek: false,
    on: undefined,
  }
  let left = text
    .toLowerCase()
    .replaceAll(/[\s,]+/gu, ' ')
    .trim()
  if (left === '') return undefined
  while (left !== '') {
    const rest = left
    const found = PHRASES.find(([pattern]) => pattern.test(rest))
    const match = found?.[0].exec(left)
    if (!found || !match || !found[1](moves, match.groups ?? {})) return undefined
    left = left.slice(match[0].length).trim()
  }
  return moves
}

const toThatWeekday = (clock: Date, { weekday = 1, side, ofTheWeek }: Moves): number => {
  const today = clock.getUTCDay() || 7
  const ahead = weekday - today
  if (ofTheWeek) return ahead
  if (side === 'before') return ahead < 0 ? ahead : ahead - 7
  if (side === 'after') return ahead > 0 ? ahead : ahead + 7
  return ahead >= 0 ? ahead : ahead + 7
}

/**
 * A day said from now, as PHP's `strtotime` reads it: `now`, `tomorrow`, `+1 month`, `-30days`, `last day of next month`, `next monday`,
 * or a day written in full. Pure.
 * @param now read on the clock of Paris
 * @returns `YYYY-MM-DD`; nothing when it is not understood
 */
export const relativeDay = (expression: string, now: Date): string | undefined => {
  const moves = readMoves(expression)
  if (!moves) return undefined
  const { by, on, edge } = moves
  const clock = new Date(`${localMoment(now).replace(' ', 'T')}Z`)
  if (on) clock.setUTCFullYear(on[0], on[1] - 1, on[2])
  if (moves.midnight) clock.setUTCHours(0, 0, 0)
  // The edge of a month is sought from its first day: the 31st does not overflow.
  const day = edge === undefined ? clock.getUTCDate() : 1
  clock.setUTCFullYear(clock.getUTCFullYear() + by.year, clock.getUTCMonth() + by.month, day)
  if (edge === 'last') clock.setUTCMonth(clock.getUTCMonth() + 1, 0)
  clock.setUTCDate(clock.getUTCDate() + by.day)
  clock.setUTCSeconds(clock.getUTCSeconds() + by.second)
  if (moves.weekday !== undefined) clock.setUTCDate(clock.getUTCDate() + toThatWeekday(clock, moves))
  const year = clock.getUTCFullYear()
  return year >= 0 && year <= 9_999 ? clock.toISOString().slice(0, 10) : undefined
}
