import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../authoring/errors.ts'
import { assertAllowedHost, isForbidden, resolveAllowed } from './address-guard.ts'

describe('Adresses interdites aux connecteurs', () => {
  test.each([
    ['127.0.0.1'],
    ['10.2.3.4'],
    ['172.31.255.1'],
    ['192.168.1.1'],
    ['169.254.169.254'],
    ['100.100.100.200'],
    ['0.0.0.0'],
    ['::1'],
    ['[::1]'],
    ['::ffff:127.0.0.1'],
    ['::ffff:10.0.0.1'],
    ['fd00:ec2::254'],
    ['fe80::1%eth0'],
  ])('%s est refusée', address => expect(isForbidden(address, [])).toBe(true))

  test.each([['8.8.8.8'], ['172.32.0.1'], ['2001:4860:4860::8888']])('%s est permise', address =>
    expect(isForbidden(address, [])).toBe(false),
  )

  test('une plage autorisée par la plateforme ouvre cette plage et elle seule', () => {
    expect(isForbidden('10.1.2.3', ['10.1.0.0/16'])).toBe(false)
    expect(isForbidden('10.2.2.3', ['10.1.0.0/16'])).toBe(true)
    expect(isForbidden('::1', ['::1'])).toBe(false)
  })

  test('une plage illisible est nommée', () => {
    expect(() => isForbidden('10.0.0.1', ['10.0.0.0/64'])).toThrow(/« 10.0.0.0\/64 » n'est pas une plage/u)
    expect(() => isForbidden('10.0.0.1', ['interne'])).toThrow(ConfigurationError)
  })

  test('un nom qui mène à la machine elle-même est refusé après résolution', async () => {
    await expect(resolveAllowed('localhost', [])).rejects.toThrow(/réseau interne/u)
    await expect(resolveAllowed('localhost', ['127.0.0.0/8', '::1/128'])).resolves.toMatch(/^(127\.0\.0\.1|::1)$/u)
  })

  test('une adresse littérale est jugée sans résolution', () => {
    expect(() => assertAllowedHost('[::1]', [])).toThrow(ConfigurationError)
    expect(() => assertAllowedHost('exemple.fr', [])).not.toThrow()
  })
})
