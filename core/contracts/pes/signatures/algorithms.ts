import { constants, verify, type KeyObject } from 'node:crypto'
import type { CanonicalMethod } from './canonical.ts'

const DSIG = 'http://www.w3.org/2000/09/xmldsig#'
const MORE = 'http://www.w3.org/2001/04/xmldsig-more#'
const ENC = 'http://www.w3.org/2001/04/xmlenc#'
const PSS = 'http://www.w3.org/2007/05/xmldsig-more#'
const INCLUSIVE = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'
/** Differs from 1.0 by what a subtree takes over of `xml:id` and `xml:base`, which no PES has. */
const INCLUSIVE_1_1 = 'http://www.w3.org/2006/12/xml-c14n11'
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'

export const ENVELOPED = `${DSIG}enveloped-signature`

/** Digest algorithms, under their name in node:crypto. */
const DIGESTS: Readonly<Record<string, string>> = {
  [`${DSIG}sha1`]: 'sha1',
  [`${ENC}sha256`]: 'sha256',
  [`${MORE}sha384`]: 'sha384',
  [`${ENC}sha512`]: 'sha512',
}
export const digestOf = (uri: string): string | undefined => DIGESTS[uri]

/** @returns `undefined` for an algorithm that is none of the canonical forms */
export const canonicalOf = (uri: string, prefixes: string): CanonicalMethod | undefined => {
  const comments = /#?WithComments$/u.test(uri)
  const bare = uri.replace(/#?WithComments$/u, '')
  const exclusive = bare === EXCLUSIVE || `${bare}#` === EXCLUSIVE
  if (!exclusive && bare !== INCLUSIVE && bare !== INCLUSIVE_1_1) return undefined
  const listed = prefixes.split(/\s+/u).filter(Boolean)
  return { exclusive, comments, prefixes: listed.map(prefix => (prefix === '#default' ? '' : prefix)) }
}

/** What `verify` needs besides the key: `undefined` for an algorithm that nobody here knows. */
const schemeOf = (uri: string) => {
  const [, family, hash = ''] = /#(rsa|ecdsa)-(sha\d+)$/u.exec(uri) ?? []
  if ((uri.startsWith(DSIG) && hash === 'sha1') || uri.startsWith(MORE)) {
    if (family === 'rsa') return { hash, options: { padding: constants.RSA_PKCS1_PADDING } }
    // XML signatures write the two numbers one after the other, not in ASN.1.
    if (family === 'ecdsa') return { hash, options: { dsaEncoding: 'ieee-p1363' as const } }
  }
  const pss = uri.startsWith(PSS) ? /#(sha\d+)-rsa-MGF1$/u.exec(uri)?.[1] : undefined
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
  return pss === undefined ? undefined : { hash: pss, options: padding }
}

/** @returns `undefined` when the algorithm is not known, or is not one of this kind of key */
export const isSignedBy = (
  key: KeyObject,
  uri: string,
  content: Uint8Array,
  value: Uint8Array,
): boolean | undefined => {
  const scheme = schemeOf(uri)
  const isForKey = key.asymmetricKeyType === (uri.includes('ecdsa') ? 'ec' : 'rsa')
  if (!scheme || !isForKey) return undefined
  return verify(scheme.hash, content, { key, ...scheme.options }, value)
}
