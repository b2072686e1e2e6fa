import { expect, test } from 'vitest'
import { hashPassword, passwordEntropy, passwordMatches, passwordWeakness } from './passwords.ts'

test('un mot de passe est haché par argon2id, jamais deux fois pareil', async () => {
  const [one, two] = await Promise.all([
    hashPassword('Les Ponts-de-Cé 49130 !'),
    hashPassword('Les Ponts-de-Cé 49130 !'),
  ])
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/u)
  expect(one).not.toBe(two)
  expect(await passwordMatches('Les Ponts-de-Cé 49130 !', one)).toBe(true)
  expect(await passwordMatches('les ponts-de-cé 49130 !', one)).toBe(false)
})

test('un accent décomposé par le clavier (macOS) donne le même mot de passe', async () => {
  const stored = await hashPassword('Les Ponts-de-Cé 49130 !'.normalize('NFD'))
  expect(await passwordMatches('Les Ponts-de-Cé 49130 !'.normalize('NFC'), stored)).toBe(true)
})

test('sans mot de passe enregistré, rien ne convient, et la vérification a quand même lieu', async () => {
  expect(await passwordMatches('', undefined)).toBe(false)
  expect(await passwordMatches('x', null)).toBe(false)
})

test.each([
  ['azertyuiop', 47],
  ['Azertyuiop12', 71],
  ['Azertyuiop123!', 91],
])('« %s » vaut %d bits', (password, bits) => {
  expect(Math.floor(passwordEntropy(password))).toBe(bits)
})

test.each([
  ['azertyuiop', /47 bits sur les 80/u],
  ['aaaaaaaaaaaaaaaaaaaaaaaa', /répète/u],
  ['Marie.Durand-2026-mairie', /identifiant/u],
  ['x'.repeat(513), /trop long/u],
])('« %s » est refusé avec sa raison', (password, reason) => {
  expect(passwordWeakness(password, 'marie.durand')).toMatch(reason)
})

test('une phrase longue suffit', () => {
  expect(passwordWeakness('le bac traverse la loire', 'marie.durand')).toBeUndefined()
})
