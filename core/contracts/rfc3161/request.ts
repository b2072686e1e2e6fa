import { randomBytes } from 'node:crypto'
import { Integer, OctetString } from 'asn1js'
import { AlgorithmIdentifier, MessageImprint, TimeStampReq } from 'pkijs'
import { alone, bytesOf, digestNamed, digestOf, digestOid, parseDer, type ImprintAlgorithm } from './der.ts'

/** What is asked of an authority. */
export interface StampRequest {
  readonly imprint: Uint8Array
  /** OID of the algorithm of the imprint. */
  readonly algorithm: string
  /** Echoed by the authority, so that an old answer cannot pass for a new one. */
  readonly nonce?: Uint8Array | undefined
  /** OID of the policy wanted. */
  readonly policy?: string | undefined
  /** Whether the token must carry the certificate that signs it. */
  readonly wantsCertificate: boolean
}

/** The request for a content. The nonce is 64 bits, positive, without a leading zero: some authorities take no more. */
export const requestFor = (
  content: Uint8Array,
  {
    algorithm = 'sha256',
    policy,
  }: { readonly algorithm?: ImprintAlgorithm; readonly policy?: string | undefined } = {},
): StampRequest => {
  const nonce = randomBytes(8)
  nonce[0] = ((nonce[0] ?? 0) & 0x3f) | 0x40
  return {
    imprint: digestOf(algorithm, content),
    algorithm: digestOid(algorithm),
    nonce,
    policy,
    wantsCertificate: true,
  }
}

export const imprintOf = (algorithm: string, imprint: Uint8Array): MessageImprint =>
  new MessageImprint({
    hashAlgorithm: new AlgorithmIdentifier({ algorithmId: algorithm }),
    hashedMessage: new OctetString({ valueHex: alone(imprint) }),
  })

/** `TimeStampReq` in DER. */
export const writeRequest = ({ imprint, algorithm, nonce, policy, wantsCertificate }: StampRequest): Uint8Array =>
  bytesOf(
    new TimeStampReq({
      version: 1,
      messageImprint: imprintOf(algorithm, imprint),
      certReq: wantsCertificate,
      ...(nonce ? { nonce: new Integer({ valueHex: alone(nonce) }) } : {}),
      ...(policy === undefined ? {} : { reqPolicy: policy }),
    })
      .toSchema()
      .toBER(),
  )

/** @throws Error when it is not a TimeStampReq */
export const readRequest = (der: Uint8Array): StampRequest => {
  const request = new TimeStampReq({ schema: parseDer(der) })
  const { hashAlgorithm, hashedMessage } = request.messageImprint
  return {
    imprint: bytesOf(hashedMessage.valueBlock.valueHexView),
    algorithm: hashAlgorithm.algorithmId,
    nonce: request.nonce && bytesOf(request.nonce.valueBlock.valueHexView),
    policy: request.reqPolicy,
    wantsCertificate: request.certReq ?? false,
  }
}

/** Whether the imprint is as long as its algorithm says, and of one that is taken. */
export const isSoundImprint = ({ imprint, algorithm }: Pick<StampRequest, 'imprint' | 'algorithm'>): boolean => {
  const name = digestNamed(algorithm)
  return name !== undefined && imprint.length === digestOf(name, new Uint8Array()).length
}
