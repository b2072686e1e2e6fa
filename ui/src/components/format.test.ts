import { expect, test } from 'vitest'
import { appointment, mediaType, plainDay, relativeDate, size, titleOf } from './format.ts'

const now = new Date(2026, 2, 14, 14, 5)
const ago = (milliseconds: number) => new Date(now.getTime() - milliseconds).toISOString()
const MINUTE = 60_000

test('les dates relatives se lisent comme on les dit', () => {
  expect(relativeDate(ago(10_000), now)).toBe('à l’instant')
  expect(relativeDate(ago(5 * MINUTE), now)).toBe('il y a 5 minutes')
  expect(relativeDate(ago(60 * MINUTE), now)).toBe('il y a 1 heure')
  expect(relativeDate(ago(24 * 60 * MINUTE), now)).toBe('hier')
  expect(relativeDate(ago(60 * 24 * 60 * MINUTE), now)).toBe('le 13 janvier 2026')
  expect(relativeDate(ago(-15 * MINUTE), now)).toBe('dans 15 minutes')
})

test('un rendez-vous du jour ne dit que l’heure', () => {
  expect(appointment(now.toISOString(), now)).toBe('à 14 h 05')
  expect(appointment(new Date(2026, 2, 15, 9, 30).toISOString(), now)).toBe('le 15 mars 2026 à 09 h 30')
})

test('les tailles et les types sont en français', () => {
  expect(size(0)).toBe('0 octets')
  expect(size(1)).toBe('1 octet')
  expect(size(12_400_000)).toBe('12,4 Mo')
  expect(mediaType('application/pdf')).toBe('PDF')
  expect(plainDay('2026-03-14')).toBe('14 mars 2026')
})

test('un document sans titre ne se présente pas par son identifiant', () => {
  expect(titleOf({ id: 'w39yx', title: 'w39yx' }, 'Sans titre')).toBe('Sans titre')
  expect(titleOf({ id: 'w39yx', title: 'Convention' }, 'Sans titre')).toBe('Convention')
})
