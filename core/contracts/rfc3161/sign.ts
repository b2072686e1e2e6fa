import { createPrivateKey, randomBytes, sign, X509Certificate, type KeyObject } from 'node:crypto'
import { Integer, Null, ObjectIdentifier, OctetString, Sequence, type AsnType } from 'asn1js'
import {
  Accuracy,
  AlgorithmIdentifier,
  Attribute,
  ContentInfo,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
  TSTInfo,
} from 'pkijs'
import { certificateFrom } from './certificates.ts'
import { alone, bytesOf, digestOf, digestOid, OID } from './der.ts'
import { imprintOf, type StampRequest } from './request.ts'

/** A certificate able to stamp, and its key. */
export interface StampSigner {
  readonly certificate: X509Certificate
  readonly key: KeyObject
  /** Given with the certificate when the requester wants it: the intermediate authorities. */
  readonly chain?: readonly X509Certificate[]
}

/** @throws Error when a PEM is unreadable or the passphrase is wrong */
export const stampSigner = (certificate: string, key: string, passphrase?: string): StampSigner => ({
  certificate: new X509Certificate(certificate),
  key: createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) }),
})

const attribute = (type: string, value: AsnType): Attribute => new Attribute({ type, values: [value] })
const octets = (bytes: Uint8Array): OctetString => new OctetString({ valueHex: alone(bytes) })

const tstInfo = (request: StampRequest, { at, policy }: { readonly at: Date; readonly policy: string }): Buffer => {
  const serial = randomBytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  const info = new TSTInfo({
    version: 1,
    policy,
    messageImprint: imprintOf(request.algorithm, request.imprint),
    serialNumber: new Integer({ valueHex: alone(serial) }),
    // Whole seconds, with an accuracy that says so: fractions are written differently from one tool to the next.
    genTime: new Date(Math.floor(at.getTime() / 1000) * 1000),
    accuracy: new Accuracy({ seconds: 1 }),
    ...(request.nonce ? { nonce: new Integer({ valueHex: alone(request.nonce) }) } : {}),
  })
  return bytesOf(info.toSchema().toBER())
}

/** `SET OF` in DER is sorted by encoding: verifiers digest it as such. */
const sorted = (attributes: readonly Attribute[]): Attribute[] =>
  attributes.toSorted((a, b) => Buffer.compare(bytesOf(a.toSchema().toBER()), bytesOf(b.toSchema().toBER())))

const signatureAlgorithm = (key: KeyObject): AlgorithmIdentifier =>
  key.asymmetricKeyType === 'ec'
    ? new AlgorithmIdentifier({ algorithmId: OID.ecdsaWithSha256 })
    : new AlgorithmIdentifier({ algorithmId: OID.rsaEncryption, algorithmParams: new Null() })

/**
 * A token for a request, signed in SHA-256 by an RSA or EC key: DER of the CMS.
 * @param at the time it says
 */
export const issueToken = (
  request: StampRequest,
  { certificate, key, chain = [] }: StampSigner,
  { at, policy }: { readonly at: Date; readonly policy: string },
): Uint8Array => {
  const own = certificateFrom(certificate.raw)
  const content = tstInfo(request, { at, policy })
  const sha256 = new AlgorithmIdentifier({ algorithmId: digestOid('sha256') })
  // ESSCertIDv2 leaves out the algorithm when it is SHA-256, its default.
  const essCertId = new Sequence({ value: [octets(digestOf('sha256', certificate.raw))] })
  const attributes = sorted([
    attribute(OID.contentType, new ObjectIdentifier({ value: OID.tstInfo })),
    attribute(OID.messageDigest, octets(digestOf('sha256', content))),
    attribute(OID.signingCertificateV2, new Sequence({ value: [new Sequence({ value: [essCertId] })] })),
  ])
  const signedAttrs = new SignedAndUnsignedAttributes({ type: 0, attributes })
  const signed = bytesOf(signedAttrs.toSchema().toBER())
  // What is signed is the SET, what is written has a context tag (RFC 5652 §5.4).
  signed[0] = 0x31
  const data = new SignedData({
    version: 3,
    digestAlgorithms: [sha256],
    encapContentInfo: new EncapsulatedContentInfo({ eContentType: OID.tstInfo, eContent: octets(content) }),
    ...(request.wantsCertificate ? { certificates: [own, ...chain.map(each => certificateFrom(each.raw))] } : {}),
    signerInfos: [
      new SignerInfo({
        version: 1,
        sid: new IssuerAndSerialNumber({ issuer: own.issuer, serialNumber: own.serialNumber }),
        digestAlgorithm: sha256,
        signedAttrs,
        signatureAlgorithm: signatureAlgorithm(key),
        signature: octets(sign('sha256', signed, key)),
      }),
    ],
  })
  const token = new ContentInfo({ contentType: OID.signedData, content: data.toSchema(true) })
  return bytesOf(token.toSchema().toBER())
}
