import { at, childrenOf, type XmlElement } from '../../../connectors/xml-element.ts'
import { canonicalOf, ENVELOPED } from './algorithms.ts'
import type { CanonicalMethod } from './canonical.ts'

export interface DeclaredReference {
  /** `Id` of what is signed; empty for the whole document. */
  readonly target: string
  /** The signature itself is left out of what is signed. */
  readonly enveloped: boolean
  readonly method: CanonicalMethod
  readonly digestAlgorithm: string
  readonly digest: string
}

/** A signature as it stands in the file. */
export interface DeclaredSignature {
  readonly method: CanonicalMethod
  readonly algorithm: string
  readonly references: readonly DeclaredReference[]
  readonly value: string
  /** In base64. */
  readonly certificates: readonly string[]
  readonly signingTime: string
  /** Digests of the certificate of the signer (XAdES SigningCertificate). */
  readonly certificateDigests: readonly { readonly algorithm: string; readonly value: string }[]
}

/** Something that cannot be verified here; the message is French, for people. */
export class Unverifiable extends Error {
  override readonly name = 'Unverifiable'
}

const INCLUSIVE = canonicalOf('http://www.w3.org/TR/2001/REC-xml-c14n-20010315', '')

const lastWord = (uri: string): string => uri.replace(/^.*[#/]/u, '') || uri
const algorithmOf = (element: XmlElement | undefined): string => element?.attributes['Algorithm'] ?? ''
const withoutSpaces = (text: string): string => text.replaceAll(/\s/gu, '')

const methodOf = (element: XmlElement | undefined): CanonicalMethod | undefined =>
  canonicalOf(algorithmOf(element), at(element, 'InclusiveNamespaces')?.attributes['PrefixList'] ?? '')

const referenceOf = (reference: XmlElement): DeclaredReference => {
  const uri = reference.attributes['URI']
  if (uri === undefined || (uri !== '' && !/^#[\w.-]+$/u.test(uri)))
    throw new Unverifiable('elle porte sur autre chose que ce fichier')
  const transforms = childrenOf(at(reference, 'Transforms'), 'Transform')
  let method = INCLUSIVE
  for (const transform of transforms) {
    if (algorithmOf(transform) === ENVELOPED) continue
    method = methodOf(transform)
    if (!method) throw new Unverifiable(`transformation « ${lastWord(algorithmOf(transform))} » non prise en charge`)
  }
  if (!method) throw new Unverifiable('forme canonique absente')
  return {
    target: uri.slice(1),
    enveloped: transforms.some(transform => algorithmOf(transform) === ENVELOPED),
    // What a reference within the document selects never holds the comments.
    method: { ...method, comments: false },
    digestAlgorithm: algorithmOf(at(reference, 'DigestMethod')),
    digest: withoutSpaces(at(reference, 'DigestValue')?.text ?? ''),
  }
}

const descendants = (element: XmlElement, name: string): readonly XmlElement[] => [
  ...childrenOf(element, name),
  ...element.children.flatMap(child => descendants(child, name)),
]

/**
 * What a `Signature` element says.
 * @throws Unverifiable when it is incomplete, or of a form that is not known here
 */
export const declaredIn = (signature: XmlElement): DeclaredSignature => {
  const signedInfo = at(signature, 'SignedInfo')
  const canonical = at(signedInfo, 'CanonicalizationMethod')
  const method = methodOf(canonical)
  if (!method) throw new Unverifiable(`forme canonique « ${lastWord(algorithmOf(canonical))} » non prise en charge`)
  const references = childrenOf(signedInfo, 'Reference').map(referenceOf)
  if (references.length === 0) throw new Unverifiable('elle ne dit pas ce qui est signé')
  const properties = descendants(signature, 'SignedProperties')[0]
  // Properties that no reference covers were not signed: anybody may have written them.
  const isSigned = references.some(({ target }) => target !== '' && target === properties?.attributes['Id'])
  const signed = isSigned ? at(properties, 'SignedSignatureProperties') : undefined
  const certificates = [
    ...childrenOf(at(signed, 'SigningCertificate'), 'Cert'),
    ...childrenOf(at(signed, 'SigningCertificateV2'), 'Cert'),
  ]
  return {
    method,
    algorithm: algorithmOf(at(signedInfo, 'SignatureMethod')),
    references,
    value: withoutSpaces(at(signature, 'SignatureValue')?.text ?? ''),
    certificates: descendants(signature, 'X509Certificate')
      .filter(({ text }) => text !== '')
      .map(({ text }) => withoutSpaces(text)),
    signingTime: at(signed, 'SigningTime')?.text ?? '',
    certificateDigests: certificates.flatMap(certificate => {
      const digest = at(certificate, 'CertDigest')
      const value = withoutSpaces(at(digest, 'DigestValue')?.text ?? '')
      return value ? [{ algorithm: algorithmOf(at(digest, 'DigestMethod')), value }] : []
    }),
  }
}
