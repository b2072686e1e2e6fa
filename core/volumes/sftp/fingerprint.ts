import { createHash, timingSafeEqual } from 'node:crypto'

const digest = (algorithm: 'sha256' | 'sha1' | 'md5', content: Uint8Array): Buffer =>
  createHash(algorithm).update(content).digest()

/** The fingerprint as OpenSSH prints it today: `SHA256:…`, base64 without padding. */
export const fingerprintOf = (hostKey: Buffer): string =>
  `SHA256:${digest('sha256', hostKey).toString('base64').replace(/=+$/u, '')}`

/** The type written at the head of a host key, after its length: `ssh-ed25519`. */
const typeOf = (hostKey: Buffer): string => hostKey.subarray(4, 4 + hostKey.readUInt32BE(0)).toString('latin1')

/**
 * Settings brought over from Pastell hold the SHA-1 of the key line without its first 8 characters (`ssh-rsa `), decoded from base64
 * (depot-files.md §A.2). For an RSA key that is the key itself; for the others the cut falls elsewhere, and is kept as it is.
 */
const pastellDigests = (hostKey: Buffer): readonly Buffer[] => [
  digest('sha1', hostKey),
  digest('sha1', hostKey.subarray(8)),
  digest('sha1', Buffer.from(`${typeOf(hostKey)} ${hostKey.toString('base64')}`.slice(8), 'base64')),
]

/** What the administrator wrote, as the digests it may stand for; none when it is no fingerprint at all. */
const digestsFor = (
  expected: string,
  hostKey: Buffer,
): { readonly wanted: Buffer; readonly possible: readonly Buffer[] } | undefined => {
  const text = expected.trim()
  if (/^SHA256:[A-Za-z0-9+/]{43}=?$/u.test(text))
    return { wanted: Buffer.from(text.slice(7), 'base64'), possible: [digest('sha256', hostKey)] }
  const hex = text.replace(/^(?:MD5|SHA1):/iu, '').replace(/[:\s]/gu, '')
  if (/^[0-9a-f]{32}$/iu.test(hex)) return { wanted: Buffer.from(hex, 'hex'), possible: [digest('md5', hostKey)] }
  if (/^[0-9a-f]{40}$/iu.test(hex)) return { wanted: Buffer.from(hex, 'hex'), possible: pastellDigests(hostKey) }
  return undefined
}

/** Does this host key bear the fingerprint of the settings? `SHA256:base64`, or MD5 and SHA-1 in hexadecimal (with or without colons). */
export const matches = (expected: string, hostKey: Buffer): boolean => {
  const digests = digestsFor(expected, hostKey)
  return digests?.possible.some(possible => timingSafeEqual(possible, digests.wanted)) ?? false
}
