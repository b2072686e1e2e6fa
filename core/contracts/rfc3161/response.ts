import { BitString, Sequence, Utf8String } from 'asn1js'
import { ContentInfo, PKIStatusInfo, TimeStampResp } from 'pkijs'
import { alone, bytesOf, parseDer } from './der.ts'

/** Reasons of a refusal, by their bit in `PKIFailureInfo` (RFC 3161 §2.4.2). */
export const FAILURES = {
  badAlg: 0,
  badRequest: 2,
  badDataFormat: 5,
  timeNotAvailable: 14,
  unacceptedPolicy: 15,
  unacceptedExtension: 16,
  addInfoNotAvailable: 17,
  systemFailure: 25,
} as const
export type FailureName = keyof typeof FAILURES

export type StampAnswer =
  | { readonly is: 'granted'; readonly token: Uint8Array }
  | {
      readonly is: 'refused'
      /** 2 rejection, 3 waiting, 4 revocationWarning, 5 revocationNotification. */
      readonly status: number
      readonly failure?: FailureName | undefined
      /** What the authority says of it, in its words. */
      readonly text: string
    }

const failureIn = (bits: BitString | undefined): FailureName | undefined => {
  const bytes = bits ? bytesOf(bits.valueBlock.valueHexView) : Buffer.alloc(0)
  const isSet = (bit: number) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0
  return (Object.keys(FAILURES) as FailureName[]).find(name => isSet(FAILURES[name]))
}

/**
 * Reads a `TimeStampResp`. A status 0 or 1 without a token is not an answer.
 * @throws Error when it is no TimeStampResp
 */
export const readResponse = (der: Uint8Array): StampAnswer => {
  const parsed = parseDer(der)
  // Its very bytes, taken before the library reads: a token is a proof, and is kept as it came.
  const token = parsed instanceof Sequence ? parsed.valueBlock.value[1]?.valueBeforeDecodeView : undefined
  const { status: info } = new TimeStampResp({ schema: parsed })
  const status: number = info.status
  if (status === 0 || status === 1) {
    if (!token) throw new Error('granted without a token')
    return { is: 'granted', token: Buffer.from(token) }
  }
  const text = (info.statusStrings ?? []).map(each => each.valueBlock.value).join(' ; ')
  return { is: 'refused', status, failure: failureIn(info.failInfo), text }
}

/** `TimeStampResp` in DER: what an authority answers. */
export const writeResponse = (answer: StampAnswer): Uint8Array => {
  if (answer.is === 'granted')
    return bytesOf(
      new TimeStampResp({
        status: new PKIStatusInfo({ status: 0 }),
        timeStampToken: new ContentInfo({ schema: parseDer(answer.token) }),
      })
        .toSchema()
        .toBER(),
    )
  const bits = Buffer.alloc(4)
  const bit = answer.failure === undefined ? undefined : FAILURES[answer.failure]
  if (bit !== undefined) bits[bit >> 3] = 0x80 >> (bit & 7)
  return bytesOf(
    new TimeStampResp({
      status: new PKIStatusInfo({
        status: answer.status,
        ...(answer.text ? { statusStrings: [new Utf8String({ value: answer.text })] } : {}),
        ...(bit === undefined ? {} : { failInfo: new BitString({ valueHex: alone(bits) }) }),
      }),
    })
      .toSchema()
      .toBER(),
  )
}
