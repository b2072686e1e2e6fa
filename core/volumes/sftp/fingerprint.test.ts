import ssh2 from 'ssh2'
import { expect, test } from 'vitest'
import { fingerprintOf, matches } from './fingerprint.ts'

test("l'empreinte d'un serveur se compare en SHA-256, en MD5 et en SHA-1 comme dans Pastell", () => {
  const { public: line } = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 })
  const key = Buffer.from(line.split(' ')[1] ?? '', 'base64')
  const hash = (algorithm: string) =>
    crypto.subtle.digest(algorithm, key).then(digest => Buffer.from(digest).toString('hex'))
  return Promise.all([hash('SHA-1'), hash('SHA-256')]).then(([sha1, sha256]) => {
    expect(matches(fingerprintOf(key), key)).toBe(true)
    expect(matches(` ${fingerprintOf(key)}=\n`, key)).toBe(true)
    expect(matches(sha1.toUpperCase(), key)).toBe(true)
    expect(matches(sha1.replace(/../gu, '$&:').slice(0, -1), key)).toBe(true)
    expect(
      matches(
        sha1.replace(/^./u, first => (first === '0' ? '1' : '0')),
        key,
      ),
    ).toBe(false)
    expect(matches(sha256, key)).toBe(false)
    expect(matches('', key)).toBe(false)
    expect(matches('SHA256:', key)).toBe(false)
  })
})
