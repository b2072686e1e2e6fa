import { createHash } from 'node:crypto'
import { fromBER, type AsnType } from 'asn1js'

/** Object identifiers of RFC 3161, RFC 5035, RFC 5652 and their companions. */
export const OID = {
  signedData: '1.2.840.113549.1.7.2',
  tstInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  extendedKeyUsage: '2.5.29.37',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  rsaEncryption: '1.2.840.113549.1.1.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const

/** Imprints that are still worth something: SHA-1 is not. */
export type ImprintAlgorithm = 'sha256' | 'sha384' | 'sha512'

const DIGESTS: Readonly<Record<ImprintAlgorithm, string>> = {
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
}

export const digestOid = (algorithm: ImprintAlgorithm): string => DIGESTS[algorithm]

/** `undefined` for an algorithm that we do not take. */
export const digestNamed = (oid: string): ImprintAlgorithm | undefined =>
  (Object.keys(DIGESTS) as ImprintAlgorithm[]).find(name => DIGESTS[name] === oid)

export const digestOf = (algorithm: ImprintAlgorithm | 'sha1', content: Uint8Array): Buffer =>
  createHash(algorithm).update(content).digest()

/** The bytes as a buffer of their own, which is what asn1js takes: a Buffer of Node is often a view on a larger one. */
export const alone = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer

export const bytesOf = (content: ArrayBuffer | Uint8Array): Buffer =>
  content instanceof Uint8Array ? Buffer.from(content) : Buffer.from(new Uint8Array(content))

/** @throws Error when the bytes are not one whole DER value */
export const parseDer = (bytes: Uint8Array): AsnType => {
  const { result, offset } = fromBER(alone(bytes))
  if (offset === -1) throw new Error(result.error || 'not DER')
  if (offset !== bytes.length) throw new Error('trailing bytes')
  return result
}
