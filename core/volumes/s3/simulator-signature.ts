import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { SimRequest } from '../../testing/sim-request.ts'

export interface S3Account {
  readonly accessKey: string
  readonly secretKey: string
  readonly region: string
}

export interface S3Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')
const hmac = (key: string | Buffer, content: string): Buffer => createHmac('sha256', key).update(content).digest()

/** RFC 3986: what `encodeURIComponent` leaves and S3 does not. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/gu, each => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)

const canonicalQuery = (query: URLSearchParams): string =>
  [...query]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&')

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/u

const denied: S3Refusal = { status: 403, code: 'AccessDenied', message: 'Access Denied' }

const FIFTEEN_MINUTES = 15 * 60_000

/** Checks the signature of a request (AWS Signature Version 4, in headers), as a real store does. `undefined` when it is good. */
export const signatureRefusal = (request: SimRequest, account: S3Account, now: Date): S3Refusal | undefined => {
  const { method, path, query, headers, body } = request
  const found = AUTHORIZATION.exec(headers['authorization'] ?? '')
  if (!found) return denied
  const [, accessKey = '', day = '', region = '', signed = '', signature = ''] = found
  if (accessKey !== account.accessKey)
    return {
      status: 403,
      code: 'InvalidAccessKeyId',
      message: 'The access key Id you provided does not exist in our records.',
    }
  if (region !== account.region)
    return {
      status: 400,
      code: 'AuthorizationHeaderMalformed',
      message: `The authorization header is malformed; the region '${region}' is wrong; expecting '${account.region}'`,
    }
  const date = headers['x-amz-date'] ?? ''
  const instant = new Date(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u, '$1-$2-$3T$4:$5:$6Z'))
  if (!date.startsWith(day) || !(Math.abs(instant.getTime() - now.getTime()) < FIFTEEN_MINUTES))
    return {
      status: 403,
      code: 'RequestTimeTooSkewed',
      message: 'The difference between the request time and the current time is too large.',
    }
  const payload = headers['x-amz-content-sha256'] ?? ''
  if (/^[0-9a-f]{64}$/u.test(payload) && payload !== sha256(body))
    return {
      status: 400,
      code: 'XAmzContentSHA256Mismatch',
      message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
    }
  const names = signed.split(';')
  // A header of the protocol that is not signed could have been added on the way.
  if (!names.includes('host') || Object.keys(headers).some(name => name.startsWith('x-amz-') && !names.includes(name)))
    return denied
  const canonical = [
    method,
    path,
    canonicalQuery(query),
    ...names.map(name => `${name}:${(headers[name] ?? '').trim().replace(/ +/gu, ' ')}`),
    '',
    signed,
    payload,
  ].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')
  const key = [region, 's3', 'aws4_request'].reduce<Buffer>(hmac, hmac(`AWS4${account.secretKey}`, day))
  if (timingSafeEqual(hmac(key, toSign), Buffer.from(signature, 'hex'))) return undefined
  return {
    status: 403,
    code: 'SignatureDoesNotMatch',
    message:
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  }
}
