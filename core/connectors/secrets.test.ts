import { createSecretKey, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createSecrets, SecretUnreadable } from './secrets.ts'

const key = () => createSecretKey(randomBytes(32))
const place = 'connector_instances/4/s2low'
const value = { motDePasse: 'très-secret', certificat: 'AAEC' }

test('ce qui est scellé se rouvre, et seulement à sa place', () => {
  const secrets = createSecrets({ current: key(), old: [] })
  const sealed = secrets.seal(value, place)
  expect(secrets.open(sealed, place)).toEqual(value)
  expect(() => secrets.open(sealed, 'connector_instances/5/s2low')).toThrow(SecretUnreadable)
})

test('rien ne se lit dans ce qui est rangé, et deux fois le même secret ne se ressemblent pas', () => {
  const secrets = createSecrets({ current: key(), old: [] })
  const sealed = secrets.seal(value, place)
  for (const encoding of ['utf8', 'latin1', 'base64', 'hex'] as const)
    expect(sealed.toString(encoding)).not.toContain(Buffer.from('très-secret').toString(encoding))
  expect(secrets.seal(value, place).equals(sealed)).toBe(false)
})

test('après un changement de clé, les anciens secrets se lisent encore et se reconnaissent', () => {
  const [before, after] = [key(), key()]
  const sealed = createSecrets({ current: before, old: [] }).seal(value, place)
  const secrets = createSecrets({ current: after, old: [before] })
  expect(secrets.open(sealed, place)).toEqual(value)
  expect(secrets.isOld(sealed)).toBe(true)
  expect(secrets.isOld(secrets.seal(value, place))).toBe(false)
})

test('sans la bonne clé, la phrase dit quoi faire et ne montre rien', () => {
  const sealed = createSecrets({ current: key(), old: [] }).seal(value, place)
  expect(() => createSecrets({ current: key(), old: [] }).open(sealed, place)).toThrow(/restaurez la clé/u)
})

test.each([0, 3, 12, 25, 40])('un octet changé (%i) se voit', position => {
  const secrets = createSecrets({ current: key(), old: [] })
  const sealed = secrets.seal(value, place)
  sealed[position] = (sealed[position] ?? 0) ^ 1
  expect(() => secrets.open(sealed, place)).toThrow(SecretUnreadable)
})

test('un secret tronqué se voit', () => {
  const secrets = createSecrets({ current: key(), old: [] })
  for (const length of [0, 1, 20, 36, 40])
    expect(() => secrets.open(secrets.seal(value, place).subarray(0, length), place)).toThrow(SecretUnreadable)
})
