import { Integer, ObjectIdentifier, OctetString, Sequence, type AsnType } from 'asn1js'
import {
  Certificate,
  ContentInfo,
  getCrypto,
  IssuerAndSerialNumber,
  SignedData,
  TSTInfo,
  type Attribute,
  type SignerInfo,
} from 'pkijs'
import { PermanentError } from '../../authoring/errors.ts'
import type { Horodate } from '../horodatage.ts'
import { certificateFrom, chainFault, holderOf, usageFault, x509Of } from './certificates.ts'
import { bytesOf, digestNamed, digestOf, OID, parseDer, type ImprintAlgorithm } from './der.ts'
import type { StampRequest } from './request.ts'

/** A token that holds, with what only its requester can check. */
export interface VerifiedToken extends Horodate {
  readonly nonce?: Uint8Array | undefined
  /** End of validity of the certificate that signed. */
  readonly validUntil: Date
}

const doesNotHold = (what: string, cause?: unknown) =>
  new PermanentError(`Le jeton d'horodatage n'est pas valable : ${what}.`, { cause })

const unreadable = (cause?: unknown) =>
  doesNotHold('il est illisible ou ne contient pas ce que la RFC 3161 demande', cause)

interface Opened {
  readonly info: TSTInfo
  /** The bytes that the signature covers, through their digest. */
  readonly content: Buffer
  readonly signer: SignerInfo
  readonly certificates: readonly Certificate[]
}

const open = (token: Uint8Array): Opened => {
  const envelope = new ContentInfo({ schema: parseDer(token) })
  if (envelope.contentType !== OID.signedData) throw new Error('not a SignedData')
  const signed = new SignedData({ schema: envelope.content as AsnType })
  const { eContentType, eContent } = signed.encapContentInfo
  const [signer, ...others] = signed.signerInfos
  if (eContentType !== OID.tstInfo || !eContent || !signer || others.length > 0)
    throw new Error('not a time-stamp token')
  const bytes = bytesOf(eContent.getValue())
  return {
    info: new TSTInfo({ schema: parseDer(bytes) }),
    content: bytes,
    signer,
    certificates: (signed.certificates ?? []).filter(each => each instanceof Certificate),
  }
}

const attributeOf = (signer: SignerInfo, oid: string): AsnType | undefined => {
  const found = signer.signedAttrs?.attributes.filter(({ type }: Attribute) => type === oid) ?? []
  const [value, ...others] = (found[0]?.values ?? []) as AsnType[]
  // Twice the same attribute would leave a choice to whoever reads.
  return found.length === 1 && others.length === 0 ? value : undefined
}

const hasSerial = (certificate: Certificate, sid: IssuerAndSerialNumber): boolean =>
  certificate.serialNumber.isEqual(sid.serialNumber) && certificate.issuer.isEqual(sid.issuer)

const signerCertificate = ({ signer, certificates }: Opened): Certificate | undefined => {
  const sid: unknown = signer.sid
  if (sid instanceof IssuerAndSerialNumber) return certificates.find(each => hasSerial(each, sid))
  const wanted = sid instanceof OctetString ? bytesOf(sid.valueBlock.valueHexView) : undefined
  const keyIdOf = (certificate: Certificate): Buffer | undefined => {
    const extension = certificate.extensions?.find(({ extnID }) => extnID === '2.5.29.14')
    const value = extension && parseDer(extension.extnValue.valueBlock.valueHexView)
    return value instanceof OctetString ? bytesOf(value.valueBlock.valueHexView) : undefined
  }
  return wanted && certificates.find(each => keyIdOf(each)?.equals(wanted))
}

/** The first certificate named by `SigningCertificate(V2)` (RFC 5035): its digest, and how it was made. */
const essDigest = (
  signer: SignerInfo,
): { readonly algorithm: ImprintAlgorithm | 'sha1'; readonly digest: Buffer } | undefined => {
  const v2 = attributeOf(signer, OID.signingCertificateV2)
  const attribute = v2 ?? attributeOf(signer, OID.signingCertificate)
  const list = attribute instanceof Sequence ? attribute.valueBlock.value[0] : undefined
  const first = list instanceof Sequence ? list.valueBlock.value[0] : undefined
  const parts = first instanceof Sequence ? first.valueBlock.value : []
  const digest = parts.find(part => part instanceof OctetString)
  if (!digest) return undefined
  const named = parts[0] instanceof Sequence ? parts[0].valueBlock.value[0] : undefined
  const algorithm = named instanceof ObjectIdentifier ? digestNamed(named.getValue()) : 'sha256'
  return algorithm && { algorithm: v2 ? algorithm : 'sha1', digest: bytesOf(digest.valueBlock.valueHexView) }
}

const SHA_NAMES = { sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' } as const

const isSignedBy = async (certificate: Certificate, { signer, content }: Opened): Promise<boolean> => {
  const algorithm = digestNamed(signer.digestAlgorithm.algorithmId)
  const digest = attributeOf(signer, OID.messageDigest)
  const type = attributeOf(signer, OID.contentType)
  if (!algorithm || !signer.signedAttrs || !(digest instanceof OctetString)) return false
  if (!(type instanceof ObjectIdentifier) || type.getValue() !== OID.tstInfo) return false
  if (!bytesOf(digest.valueBlock.valueHexView).equals(digestOf(algorithm, content))) return false
  const { subjectPublicKeyInfo } = certificate
  const crypto = getCrypto(true)
  // `rsaEncryption` and `ecPublicKey` do not say which digest goes with them: the one of the signer does.
  const saysDigest = crypto.getHashAlgorithm(signer.signatureAlgorithm) !== ''
  const signed = signer.signedAttrs.encodedValue
  return saysDigest
    ? crypto.verifyWithPublicKey(signed, signer.signature, subjectPublicKeyInfo, signer.signatureAlgorithm)
    : crypto.verifyWithPublicKey(
        signed,
        signer.signature,
        subjectPublicKeyInfo,
        signer.signatureAlgorithm,
        SHA_NAMES[algorithm],
      )
}

const openToken = (token: Uint8Array): Opened => {
  try {
    return open(token)
  } catch (cause) {
    throw unreadable(cause)
  }
}

const isSignedByOrUnreadable = (certificate: Certificate, opened: Opened): Promise<boolean> =>
  isSignedBy(certificate, opened).catch((cause: unknown) => {
    throw doesNotHold('sa signature est illisible ou faite avec un algorithme inconnu', cause)
  })

const readImprint = ({ info }: Opened): { readonly algorithm: ImprintAlgorithm; readonly imprint: Buffer } => {
  const { hashAlgorithm, hashedMessage } = info.messageImprint
  const algorithm = digestNamed(hashAlgorithm.algorithmId)
  if (!algorithm)
    throw doesNotHold(`son empreinte est faite avec un algorithme qui n'est pas accepté (${hashAlgorithm.algorithmId})`)
  return { algorithm, imprint: bytesOf(hashedMessage.valueBlock.valueHexView) }
}

const assertImprint = (opened: Opened, content: Uint8Array): void => {
  const { algorithm, imprint } = readImprint(opened)
  if (!imprint.equals(digestOf(algorithm, content)))
    throw doesNotHold("il horodate un autre contenu (l'empreinte diffère)")
}

/**
 * All that can be said of a token without knowing whom to trust: that it speaks of this content. Anybody may have made it.
 * @throws PermanentError saying what does not hold
 */
export const assertStamps = (token: Uint8Array, content: Uint8Array): void => assertImprint(openToken(token), content)

/**
 * All that can be checked of a token at any time (horodatage.md §2): content type, imprint, signature, ESSCertID, extended key usage, and
 * the chain at `genTime`.
 * @param authorities DER of the certificates that are trusted to stamp
 * @throws PermanentError saying what does not hold
 */
export const verifyToken = async (
  token: Uint8Array,
  { content, authorities }: { readonly content: Uint8Array; readonly authorities: readonly Uint8Array[] },
): Promise<VerifiedToken> => {
  const opened = openToken(token)
  const { info } = opened
  assertImprint(opened, content)
  const trusted = authorities.map(certificateFrom)
  const all = { ...opened, certificates: [...opened.certificates, ...trusted] }
  const certificate = signerCertificate(all)
  if (!certificate) throw doesNotHold('il ne contient pas le certificat qui le signe')
  const name = holderOf(x509Of(certificate))
  const named = essDigest(opened.signer)
  if (!named?.digest.equals(digestOf(named.algorithm, x509Of(certificate).raw)))
    throw doesNotHold(`il ne désigne pas le certificat « ${name} » qui l'accompagne (ESSCertID)`)
  if (!(await isSignedByOrUnreadable(certificate, opened)))
    throw doesNotHold(`sa signature n'est pas celle de « ${name} »`)
  const usage = usageFault(certificate)
  if (usage) throw doesNotHold(`le certificat « ${name} » ${usage}`)
  const fault = await chainFault(certificate, { authorities: trusted, others: opened.certificates, at: info.genTime })
  if (fault !== undefined)
    throw doesNotHold(
      `à la date du jeton, le certificat « ${name} » n'était pas valable ou ne dépendait pas de l'autorité des réglages (${fault})`,
    )
  return {
    at: info.genTime,
    serial: bytesOf(info.serialNumber.valueBlock.valueHexView).toString('hex'),
    policy: info.policy,
    authority: name,
    validUntil: certificate.notAfter.value,
    nonce: info.nonce instanceof Integer ? bytesOf(info.nonce.valueBlock.valueHexView) : undefined,
  }
}

/** Farthest `genTime` from our clock. */
const TOLERANCE = 5 * 60_000

/**
 * What only the one who asked can check: the nonce and the policy are those of the request, and the time is now.
 * @throws PermanentError saying what does not hold
 */
export const assertAnswers = (token: VerifiedToken, request: StampRequest, now: Date): void => {
  const sameNonce = request.nonce ? token.nonce && Buffer.compare(token.nonce, request.nonce) === 0 : true
  if (!sameNonce) throw doesNotHold("il ne répond pas à cette demande (le nombre aléatoire n'est pas le même)")
  if (request.policy !== undefined && token.policy !== request.policy)
    throw doesNotHold(`il est émis sous la politique ${token.policy} au lieu de ${request.policy}`)
  if (Math.abs(token.at.getTime() - now.getTime()) > TOLERANCE)
    throw doesNotHold(
      `il porte l'heure ${token.at.toISOString()}, à plus de cinq minutes de celle de ce serveur (${now.toISOString()}). Vérifiez d'abord l'heure de ce serveur`,
    )
}
