import { execFileSync } from 'node:child_process'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '#core'
import { horodatageConformance } from '#core/conformance'
import { connectForTest, createStampAuthority, type StampCertificate } from '#core/testing'
import horodatageInterne from './index.ts'

const CONTENT = Buffer.from('tête de chaîne n° 1')

/** The settings for a certificate made for the occasion. */
const settings = async (wanted: StampCertificate = {}) => {
  const authority = await createStampAuthority()
  const { certificate, key } = await authority.issue(wanted)
  const encrypted = createPrivateKey(key).export({
    format: 'pem',
    type: 'pkcs8',
    cipher: 'aes-256-cbc',
    passphrase: 'sésame-1',
  })
  return {
    certificat: Buffer.from(certificate),
    cle: Buffer.from(encrypted),
    motDePasseCle: 'sésame-1',
    autorite: Buffer.from(authority.certificate),
  }
}

const connect = async (wanted: StampCertificate = {}, change: object = {}) =>
  connectForTest(horodatageInterne, { ...(await settings(wanted)), ...change })

const hasOpenssl = (() => {
  try {
    return execFileSync('openssl', ['version']).length > 0
  } catch {
    return false
  }
})()

for (const keyType of ['rsa', 'ec'] as const)
  horodatageConformance(`L'horodateur interne (clé ${keyType.toUpperCase()})`, horodatageInterne, async () => ({
    config: await settings({ keyType }),
    refused: { config: { motDePasseCle: 'sésame-erroné' }, secret: 'sésame-erroné' },
    distrustful: { autorite: Buffer.from((await createStampAuthority('Une autre autorité')).certificate) },
    close: async () => undefined,
  }))

describe('des réglages qui ne permettent pas de signer sont refusés avec un remède', () => {
  const refusal = async (wanted: StampCertificate, change: object = {}) => {
    await using connected = await connect(wanted, change)
    const error: unknown = await connected.connector.check().catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(ConfigurationError)
    return String(error)
  }
  test('certificat expiré', async () => {
    expect(await refusal({ notAfter: new Date('2024-03-02T12:00:00Z') })).toContain('a expiré le 02/03/2024')
  })
  test('certificat pas encore valable', async () => {
    expect(await refusal({ notBefore: new Date(Date.now() + 86_400_000) })).toContain("n'est pas valable aujourd'hui")
  })
  test("certificat sans l'usage d'horodatage, ou avec un autre", async () => {
    expect(await refusal({ usages: [] })).toContain("n'a pas l'usage « horodatage »")
    expect(await refusal({ usages: ['1.3.6.1.5.5.7.3.4'] })).toContain("n'a pas l'usage « horodatage »")
    expect(await refusal({ usages: ['1.3.6.1.5.5.7.3.8', '1.3.6.1.5.5.7.3.4'] })).toContain("d'autres usages")
    expect(await refusal({ critical: false })).toContain('extension critique')
  })
  test("clé d'un autre certificat", async () => {
    const other = await settings()
    expect(await refusal({}, { cle: other.cle })).toContain("n'est pas celle du certificat")
  })
  test('clé ou certificat illisible', async () => {
    expect(await refusal({}, { cle: Buffer.from('pas une clé') })).toContain("ne s'ouvre pas")
    expect(await refusal({}, { certificat: Buffer.from('rien') })).toContain('« Certificat »')
    expect(await refusal({}, { autorite: Buffer.from('rien') })).toContain('« Autorité de certification »')
  })
  test("autorité qui n'a pas délivré le certificat", async () => {
    const { autorite } = await settings()
    expect(await refusal({}, { autorite })).toContain("sous l'autorité déposée")
  })
  test('clé RSA trop courte', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const { keyFault } = await import('./signer.ts')
    expect(keyFault(privateKey)).toContain('1024 bits')
    expect(keyFault(generateKeyPairSync('ed25519').privateKey)).toContain('RSA ou EC')
    expect(keyFault(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey)).toContain('P-256')
  })
})

test('une racine jointe au jeton ne se fait pas croire elle-même', async () => {
  const own = await settings()
  const withRoot = { ...own, certificat: Buffer.concat([own.certificat, own.autorite]) }
  await using connected = await connectForTest(horodatageInterne, withRoot)
  const token = await connected.connector.horodatage.stamp(CONTENT)
  await connected.connector.horodatage.verify(CONTENT, token)
  await using other = await connect()
  await expect(other.connector.horodatage.verify(CONTENT, token)).rejects.toThrow('autorité des réglages')
})

describe.skipIf(!hasOpenssl)(
  `vérifié par OpenSSL${hasOpenssl ? '' : ' (absent : installez openssl pour jouer ces essais)'}`,
  () => {
    test.each(['rsa', 'ec'] as const)('un jeton signé par une clé %s est valable', async keyType => {
      const folder = await mkdtemp(join(tmpdir(), 'passeur-tsa-'))
      const own = await settings({ keyType })
      await using connected = await connectForTest(horodatageInterne, own)
      const token = await connected.connector.horodatage.stamp(CONTENT)
      const path = (name: string) => join(folder, name)
      await writeFile(path('jeton'), token)
      await writeFile(path('contenu'), CONTENT)
      await writeFile(path('autre'), 'autre')
      await writeFile(path('ca.pem'), own.autorite)
      const verify = (data: string) =>
        execFileSync(
          'openssl',
          ['ts', '-verify', '-token_in', '-in', path('jeton'), '-data', path(data), '-CAfile', path('ca.pem')],
          { stdio: ['ignore', 'pipe', 'pipe'] },
        ).toString()
      expect(verify('contenu')).toContain('Verification: OK')
      expect(() => verify('autre')).toThrow()
      await rm(folder, { recursive: true })
    })
  },
)
