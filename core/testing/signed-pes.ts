import { createHash, createPrivateKey, sign, X509Certificate } from 'node:crypto'
import { Readable } from 'node:stream'
import { canonicalOf } from '../contracts/pes/signatures/algorithms.ts'
import { takeDigests } from '../contracts/pes/signatures/digests.ts'
import type { Issued } from './pki.ts'

/** How a stand-in signatory signs a PES (formats/pes-v2.md §5). */
export interface PesSigning {
  /** Each bordereau by itself (`Id` needed), or the whole file at its root. */
  readonly what?: 'bordereaux' | 'file'
  readonly signer: Issued
  readonly signingTime?: string
  readonly hash?: 'sha1' | 'sha256'
  readonly canonical?: 'exclusive' | 'inclusive'
  /** Ranks of the bordereaux signed, from 1; all of them unless told. */
  readonly only?: readonly number[]
}

const DS = 'http://www.w3.org/2000/09/xmldsig#'
const XADES = 'http://uri.etsi.org/01903/v1.1.1#'
const C14N = {
  exclusive: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  inclusive: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
}
const DIGESTS = { sha1: `${DS}sha1`, sha256: 'http://www.w3.org/2001/04/xmlenc#sha256' }
const MORE = 'http://www.w3.org/2001/04/xmldsig-more#'

const algorithm = (name: string, uri: string, inside = '') => `<ds:${name} Algorithm="${uri}">${inside}</ds:${name}>`

const template = (target: string, rank: number, signing: Required<PesSigning>): string => {
  const { certificate } = signing.signer
  const { raw } = new X509Certificate(certificate)
  const isEc = createPrivateKey(signing.signer.key).asymmetricKeyType === 'ec'
  const method = isEc
    ? `${MORE}ecdsa-${signing.hash}`
    : signing.hash === 'sha1'
      ? `${DS}rsa-sha1`
      : `${MORE}rsa-${signing.hash}`
  const digest = algorithm('DigestMethod', DIGESTS[signing.hash])
  const canonical = C14N[signing.canonical]
  const properties = `SIG${rank}_SP`
  return (
    `<ds:Signature xmlns:ds="${DS}" Id="SIG${rank}"><ds:SignedInfo>${algorithm('CanonicalizationMethod', canonical)}${algorithm('SignatureMethod', method)}` +
    `<ds:Reference URI="${target ? `#${target}` : ''}"><ds:Transforms>${algorithm('Transform', `${DS}enveloped-signature`)}${algorithm('Transform', canonical)}</ds:Transforms>` +
    `${digest}<ds:DigestValue>@content${rank}@</ds:DigestValue></ds:Reference>` +
    `<ds:Reference Type="http://uri.etsi.org/01903/v1.1.1#SignedProperties" URI="#${properties}"><ds:Transforms>${algorithm('Transform', canonical)}</ds:Transforms>` +
    `${digest}<ds:DigestValue>@properties${rank}@</ds:DigestValue></ds:Reference></ds:SignedInfo>` +
    `<ds:SignatureValue>@value${rank}@</ds:SignatureValue>` +
    `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${raw.toString('base64')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>` +
    `<ds:Object><xad:QualifyingProperties xmlns:xad="${XADES}" Target="#SIG${rank}"><xad:SignedProperties Id="${properties}"><xad:SignedSignatureProperties>` +
    `<xad:SigningTime>${signing.signingTime}</xad:SigningTime><xad:SigningCertificate><xad:Cert><xad:CertDigest>${digest}` +
    `<ds:DigestValue>${createHash(signing.hash).update(raw).digest('base64')}</ds:DigestValue></xad:CertDigest></xad:Cert></xad:SigningCertificate>` +
    `<xad:SignatureProductionPlace><xad:City>Sète</xad:City></xad:SignatureProductionPlace>` +
    `<xad:SignerRole><xad:ClaimedRoles><xad:ClaimedRole>Maire &amp; ordonnateur</xad:ClaimedRole></xad:ClaimedRoles></xad:SignerRole>` +
    `</xad:SignedSignatureProperties></xad:SignedProperties></xad:QualifyingProperties></ds:Object></ds:Signature>`
  )
}

/**
 * Signs a PES as a signature book does: XAdES, enveloped, its bytes otherwise untouched.
 * @param pes in ISO-8859-1
 */
export const signPes = async (pes: Uint8Array, options: PesSigning): Promise<Buffer> => {
  const signing: Required<PesSigning> = {
    ...{ what: 'bordereaux', signingTime: '2026-01-15T10:20:30Z', hash: 'sha256', canonical: 'exclusive', only: [] },
    ...options,
  }
  const method = canonicalOf(C14N[signing.canonical], '')
  if (!method) throw new Error('no such canonical form')
  let xml = Buffer.from(pes).toString('latin1')
  const targets: string[] = []
  const add = (target: string) => template(target, targets.push(target), signing)
  if (signing.what === 'file') xml = xml.replace(/<\/([\w:]*PES_\w+)>\s*$/u, tag => `${add('')}${tag}`)
  else {
    let rank = 0
    xml = xml.replaceAll('</Bordereau>', tag => {
      rank += 1
      return signing.only.length === 0 || signing.only.includes(rank) ? `${add(`BORD${rank}`)}${tag}` : tag
    })
  }
  const read = (
    wanted: readonly { readonly signature: number; readonly target: string; readonly enveloped: boolean }[],
  ) =>
    takeDigests(
      Readable.from([Buffer.from(xml, 'latin1')]),
      wanted.map(({ signature, target, enveloped }) => ({
        signature,
        reference: { target, enveloped, method, digestAlgorithm: DIGESTS[signing.hash], digest: '' },
      })),
      targets.map(() => method),
    )
  const { digests } = await read(
    targets.flatMap((target, signature) => [
      { signature, target, enveloped: true },
      { signature, target: `SIG${signature + 1}_SP`, enveloped: false },
    ]),
  )
  for (const rank of targets.keys())
    xml = xml
      .replace(`@content${rank + 1}@`, digests[rank * 2] ?? '')
      .replace(`@properties${rank + 1}@`, digests[rank * 2 + 1] ?? '')
  const { signedInfos } = await read([])
  for (const [rank, signedInfo] of signedInfos.entries()) {
    const key = { key: signing.signer.key, dsaEncoding: 'ieee-p1363' as const }
    xml = xml.replace(`@value${rank + 1}@`, sign(signing.hash, signedInfo ?? Buffer.alloc(0), key).toString('base64'))
  }
  return Buffer.from(xml, 'latin1')
}
