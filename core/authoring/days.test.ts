import { expect, it } from 'vitest'
import { frenchDay, localDay } from './days.ts'

it('une heure du matin à Paris est déjà le jour dit, quand il est encore la veille à Greenwich', () => {
  expect(localDay(new Date('2026-11-21T23:30:00Z'))).toBe('2026-11-22')
  expect(localDay(new Date('2026-07-01T22:10:00Z'))).toBe('2026-07-02')
  expect(frenchDay(new Date('2026-11-21T23:30:00Z'))).toBe('22/11/2026')
})
