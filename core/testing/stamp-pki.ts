import { createPrivateKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto'
import { BitString, Integer, ObjectIdentifier, Sequence, Utf8String, type AsnType } from 'asn1js'
import { AttributeTypeAndValue, BasicConstraints, Certificate, Extension } from 'pkijs'
import type { Issued } from './pki.ts'

/** An authority whose certificates stamp (extended key usage `timeStamping`), for tests and for the simulator of a TSA: RSA and EC. */
export interface StampAuthority {
  /** PEM. */
  readonly certificate: string
  issue(wanted?: StampCertificate): Promise<Issued>
}

export interface StampCertificate {
  readonly commonName?: string
  readonly keyType?: 'rsa' | 'ec'
  /** OIDs of the extended key usage; `timeStamping` alone unless told. */
  readonly usages?: readonly string[]
  readonly critical?: boolean
  readonly notBefore?: Date
  readonly notAfter?: Date
  /** Same key and same serial number as this one: two certificates that only ESSCertID tells apart. */
  readonly as?: Issued
}

const DAY = 86_400_000
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'
const ALGORITHMS = {
  rsa: { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
  ec: { name: 'ECDSA', namedCurve: 'P-256' },
} as const

const pem = (label: string, der: ArrayBuffer): string => {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/gu) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

const named = (commonName: string) => [
  new AttributeTypeAndValue({ type: '2.5.4.3', value: new Utf8String({ value: commonName }) }),
]

const extension = (extnID: string, value: AsnType, critical: boolean): Extension =>
  new Extension({ extnID, critical, extnValue: value.toBER() })

const keyUsage = (bits: number): Extension =>
  extension('2.5.29.15', new BitString({ valueHex: new Uint8Array([bits]).buffer }), true)

const newKeys = (keyType: 'rsa' | 'ec') => webcrypto.subtle.generateKey(ALGORITHMS[keyType], true, ['sign', 'verify'])

const keysOf = async ({ certificate, key }: Issued, keyType: 'rsa' | 'ec'): Promise<webcrypto.CryptoKeyPair> => {
  const algorithm = ALGORITHMS[keyType]
  const [secret, known] = [createPrivateKey(key), new X509Certificate(certificate).publicKey]
  return {
    privateKey: await webcrypto.subtle.importKey(
      'pkcs8',
      secret.export({ format: 'der', type: 'pkcs8' }),
      algorithm,
      true,
      ['sign'],
    ),
    publicKey: await webcrypto.subtle.importKey(
      'spki',
      known.export({ format: 'der', type: 'spki' }),
      algorithm,
      true,
      ['verify'],
    ),
  }
}

/** Makes a new authority, valid ten years. */
export const createStampAuthority = async (commonName = "Autorité d'horodatage de test"): Promise<StampAuthority> => {
  const own = await newKeys('ec')
  const make = async (
    subject: string,
    keys: webcrypto.CryptoKeyPair,
    {
      notBefore,
      notAfter,
      extensions,
      as,
    }: {
      readonly notBefore: Date
      readonly notAfter: Date
      readonly extensions: Extension[]
      readonly as?: Issued | undefined
    },
  ): Promise<Issued> => {
    const serial = as ? Buffer.from(new X509Certificate(as.certificate).serialNumber, 'hex') : randomBytes(16)
    serial[0] = 1
    const certificate = new Certificate({
      version: 2,
      serialNumber: new Integer({ valueHex: new Uint8Array(serial).buffer }),
    })
    certificate.subject.typesAndValues = named(subject)
    certificate.issuer.typesAndValues = named(commonName)
    certificate.notBefore.value = notBefore
    certificate.notAfter.value = notAfter
    certificate.extensions = extensions
    await certificate.subjectPublicKeyInfo.importKey(keys.publicKey)
    await certificate.sign(own.privateKey, 'SHA-256')
    return {
      certificate: pem('CERTIFICATE', certificate.toSchema(true).toBER()),
      key: pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)),
    }
  }
  const root = await make(commonName, own, {
    notBefore: new Date(Date.now() - 3650 * DAY),
    notAfter: new Date(Date.now() + 3650 * DAY),
    extensions: [extension('2.5.29.19', new BasicConstraints({ cA: true }).toSchema(), true), keyUsage(0x06)],
  })
  return {
    certificate: root.certificate,
    issue: async ({
      commonName: subject = 'Horodateur de test',
      keyType = 'ec',
      usages = [TIME_STAMPING],
      critical = true,
      notBefore = new Date(Date.now() - DAY),
      notAfter = new Date(Date.now() + 730 * DAY),
      as,
    } = {}) => {
      const list = new Sequence({ value: usages.map(value => new ObjectIdentifier({ value })) })
      return make(subject, as ? await keysOf(as, keyType) : await newKeys(keyType), {
        as,
        notBefore,
        notAfter,
        extensions: [
          extension('2.5.29.19', new BasicConstraints().toSchema(), true),
          keyUsage(0x80),
          ...(usages.length > 0 ? [extension('2.5.29.37', list, critical)] : []),
        ],
      })
    },
  }
}
