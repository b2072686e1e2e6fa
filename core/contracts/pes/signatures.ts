import { X509Certificate } from 'node:crypto'
import { parseXml } from '../../connectors/xml-element.ts'
import type { TextTap } from './text-tap.ts'
import type { XmlListener } from './xml-stream.ts'

/** What a XAdES signature says of itself. Nothing is verified here: anybody may write this. */
export interface PesSignature {
  /** `Id` of the bordereau signed, without `#`; empty when the whole document is. */
  readonly reference: string
  /** Local name of the element that holds the signature. */
  readonly holder: string
  /** Common name of the certificate; empty when it cannot be read. */
  readonly signer: string
  readonly issuer: string
  /** `2026-01-15T10:20:30Z`, as written. */
  readonly signedAt: string
  readonly role: string
  readonly city: string
  /** Last word of the address of the algorithm: `sha256`. */
  readonly digestAlgorithm: string
  /** In base64. */
  readonly digest: string
}

/** The element that the tap must see. */
export const SIGNATURE = 'Signature'

const TEXTS: ReadonlySet<string> = new Set(['DigestValue', 'X509Certificate', 'SigningTime', 'ClaimedRole', 'City'])
/** A certificate weighs a few kilobytes; what comes after is not kept. */
const LONGEST_TEXT = 32_768

/** A PES is in ISO-8859-1; what others write in UTF-8 is recognised. */
const decoded = (bytes: Buffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return bytes.toString('latin1')
  }
}

/** Common name in the name that a certificate bears; the whole name without one. */
export const commonName = (names: string): string =>
  names
    .split('\n')
    .find(line => line.startsWith('CN='))
    ?.slice(3) ?? names.replaceAll('\n', ', ')

const certificateIn = (base64: string): { readonly signer: string; readonly issuer: string } => {
  try {
    const { subject, issuer } = new X509Certificate(Buffer.from(base64, 'base64'))
    return { signer: commonName(subject), issuer: commonName(issuer) }
  } catch {
    // Not a certificate: the page says that the signer is unknown.
    return { signer: '', issuer: '' }
  }
}

interface Growing {
  readonly holder: string
  readonly texts: Map<string, string>
  reference: string | undefined
  /** Whether the reference being read is that of the content, and not that of the signed properties. */
  isOfContent: boolean
  digestAlgorithm: string
}

/** Tells the signatures of a PES as they go by. The tap has `SIGNATURE` among its marks. */
export const signatureListener = (tap: TextTap, found: (signature: PesSignature) => void): Required<XmlListener> => {
  let current: Growing | undefined
  let depth = 0
  let pieces: Buffer[] = []

  const begin = (path: readonly string[]) => {
    current = {
      holder: path.at(-2) ?? '',
      texts: new Map(),
      reference: undefined,
      isOfContent: false,
      digestAlgorithm: '',
    }
    depth = path.length
    tap.watchAll(true)
  }
  const keep = (name: string) => {
    if (!current || !TEXTS.has(name)) return
    tap.release()
    const isAnotherDigest = name === 'DigestValue' && !current.isOfContent
    if (!isAnotherDigest && !current.texts.has(name))
      current.texts.set(name, parseXml(`<t>${decoded(Buffer.concat(pieces))}</t>`).text)
    pieces = []
  }
  const finish = ({ texts, holder, reference = '', digestAlgorithm }: Growing) => {
    found({
      reference,
      holder,
      ...certificateIn(texts.get('X509Certificate') ?? ''),
      signedAt: texts.get('SigningTime') ?? '',
      role: texts.get('ClaimedRole') ?? '',
      city: texts.get('City') ?? '',
      digestAlgorithm,
      digest: texts.get('DigestValue') ?? '',
    })
  }
  return {
    open(name, attributes, path) {
      if (!current) {
        if (name === SIGNATURE) begin(path)
        return
      }
      if (name === 'Reference') {
        current.isOfContent = current.reference === undefined && !attributes['Type']?.endsWith('#SignedProperties')
        if (current.isOfContent) current.reference = (attributes['URI'] ?? '').replace(/^#/u, '')
      } else if (name === 'DigestMethod' && current.isOfContent)
        current.digestAlgorithm ||= (attributes['Algorithm'] ?? '').replace(/^.*[#/]/u, '')
      else if (TEXTS.has(name)) {
        pieces = []
        let length = 0
        tap.take(text => {
          if ((length += text.length) <= LONGEST_TEXT) pieces.push(Buffer.from(text))
        })
      }
    },
    close(name, path) {
      if (!current) return
      if (name === 'SignedInfo') current.isOfContent = false
      if (path.length > depth) keep(name)
      else {
        tap.watchAll(false)
        finish(current)
        current = undefined
      }
    },
  }
}
