import { expect, test } from 'vitest'
import { relativeDay } from './relative-days.ts'

/** A Wednesday, at 23:30 in Paris: the day before in UTC would be the same, the hour counts. */
const NOW = new Date('2026-11-18T22:30:00Z')

test.each([
  ['now', '2026-11-18'],
  ['today', '2026-11-18'],
  ['tomorrow', '2026-11-19'],
  ['Yesterday', '2026-11-17'],
  ['-30days', '2026-10-19'],
  ['+ 1 month', '2026-12-18'],
  ['2 weeks', '2026-12-02'],
  ['1 year 2 days ago', '2025-11-16'],
  ['+1 hour', '2026-11-19'],
  ['today +1 hour', '2026-11-18'],
  ['next month', '2026-12-18'],
  ['last year', '2025-11-18'],
  ['first day of next month', '2026-12-01'],
  ['last day of this month', '2026-11-30'],
  ['last day of +3 months', '2027-02-28'],
  ['monday', '2026-11-23'],
  ['wednesday', '2026-11-18'],
  ['next wednesday', '2026-11-25'],
  ['last wed', '2026-11-11'],
  ['monday next week', '2026-11-23'],
  ['sunday last week', '2026-11-15'],
  ['2026-01-31', '2026-01-31'],
  ['2026-01-31 +1 month', '2026-03-03'],
  ['31-12-2026', '2026-12-31'],
  ['12/31/2026', '2026-12-31'],
])('« %s » est le %s', (expression, day) => expect(relativeDay(expression, NOW)).toBe(day))

test.each(['', 'bientôt', '+1 lune', '2026-02-30', 'first monday of may'])('« %s » ne se comprend pas', expression =>
  expect(relativeDay(expression, NOW)).toBeUndefined(),
)

test('le jour est celui de Paris', () =>
  expect(relativeDay('now', new Date('2026-11-18T23:30:00Z'))).toBe('2026-11-19'))
