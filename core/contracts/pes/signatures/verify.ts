import { createHash, X509Certificate } from 'node:crypto'
import { frenchDay } from '../../../authoring/days.ts'
import { readableSize } from '../../../files/errors.ts'
import { commonName } from '../signatures.ts'
import { digestOf, isSignedBy } from './algorithms.ts'
import { Unverifiable, type DeclaredSignature } from './declared.ts'
import { takeDigests, type Wanted } from './digests.ts'
import { survey, type SignedBordereau, type Survey, type SurveyedSignature } from './survey.ts'

/**
 * `valide`: the content is the one signed, by the holder of the certificate, on a day when it was valid. `alteree`: it is not.
 * `certificatExpire`: it is, but the certificate was out of its dates. `illisible`: nothing can be said. `tropVolumineux`: not here.
 */
export type SignatureVerdict = 'valide' | 'alteree' | 'certificatExpire' | 'illisible' | 'tropVolumineux'

export interface VerifiedSignature {
  readonly verdict: SignatureVerdict
  /** In French: what it is worth and why, with the name of the signer. */
  readonly sentence: string
  /** Common name of the certificate; empty when it cannot be read. */
  readonly signer: string
  /** What it signs: `Id` of a bordereau; empty for the whole file. */
  readonly target: string
}

export interface VerifiedBordereau extends SignedBordereau {
  readonly verdict: SignatureVerdict | 'absente'
}

export interface PesVerification {
  /** In the order of the file, the first `MOST_SIGNATURES` of them. */
  readonly signatures: readonly VerifiedSignature[]
  readonly signatureCount: number
  /** The first `MOST_VALUES` of them. */
  readonly bordereaux: readonly VerifiedBordereau[]
  readonly bordereauCount: number
}

export interface VerificationOptions {
  /** Bytes of the file. */
  readonly size: number
  /** Bytes beyond which a signature of the whole file, supporting pieces included, is not verified here. */
  readonly largestWhole?: number
}

/** The text of a supporting piece is held whole when a signature covers it. */
export const LARGEST_WHOLE = 32 * 1024 * 1024

interface Answer {
  readonly verdict: SignatureVerdict
  readonly why: string
}
const altered = (why: string): Answer => ({ verdict: 'alteree', why })
const unreadable = (why: string): Answer => ({ verdict: 'illisible', why })

const certificateOf = ({ certificates, certificateDigests }: DeclaredSignature): X509Certificate | Answer => {
  const known: X509Certificate[] = []
  for (const base64 of certificates)
    try {
      known.push(new X509Certificate(Buffer.from(base64, 'base64')))
    } catch (error) {
      if (known.length === 0) return unreadable(`certificat illisible (${error instanceof Error ? error.message : ''})`)
    }
  const [first] = known
  if (!first) return unreadable('elle ne porte aucun certificat')
  if (certificateDigests.length === 0) return first
  const isNamed = ({ raw }: X509Certificate) =>
    certificateDigests.some(({ algorithm, value }) => {
      const hash = digestOf(algorithm)
      return hash !== undefined && createHash(hash).update(raw).digest('base64') === value
    })
  return known.find(isNamed) ?? altered("le certificat joint n'est pas celui que la signature annonce")
}

const datesFault = (certificate: X509Certificate, at: Date): Answer | undefined => {
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)]
  if (at > to)
    return {
      verdict: 'certificatExpire',
      why: `signée le ${frenchDay(at)} avec un certificat expiré depuis le ${frenchDay(to)}`,
    }
  if (at < from)
    return {
      verdict: 'certificatExpire',
      why: `signée le ${frenchDay(at)} avec un certificat qui n'était valable qu'à partir du ${frenchDay(from)}`,
    }
  return undefined
}

interface Taken {
  readonly digests: readonly { readonly wanted: string; readonly found: string | undefined }[]
  readonly signedInfo: Buffer | undefined
}

const judge = (declared: DeclaredSignature, { digests, signedInfo }: Taken) => {
  const certificate = certificateOf(declared)
  if (!(certificate instanceof X509Certificate)) return { signer: '', ...certificate }
  const signer = commonName(certificate.subject)
  const answer = (): Answer => {
    if (digests.some(({ found }) => found === undefined) || !signedInfo)
      return unreadable("ce qu'elle signe est introuvable dans le fichier, ou n'y est pas unique")
    if (digests.some(({ found, wanted }) => found !== wanted)) return altered('le contenu a changé depuis la signature')
    const value = Buffer.from(declared.value, 'base64')
    const isSigned = isSignedBy(certificate.publicKey, declared.algorithm, signedInfo, value)
    if (isSigned === undefined) return unreadable(`algorithme non pris en charge (${declared.algorithm})`)
    if (!isSigned) return altered('elle ne correspond pas au certificat joint')
    const at = new Date(declared.signingTime)
    if (Number.isNaN(at.getTime())) return unreadable('elle ne dit pas quand elle a été faite')
    return datesFault(certificate, at) ?? { verdict: 'valide', why: `signée le ${frenchDay(at)}` }
  }
  return { signer, ...answer() }
}

const WORDS: Readonly<Record<SignatureVerdict, string>> = {
  valide: 'Signature valide',
  alteree: 'Signature altérée',
  certificatExpire: 'Signature intacte, certificat hors de ses dates',
  illisible: 'Signature non vérifiable',
  tropVolumineux: 'Signature non vérifiée',
}

const sentence = (verdict: SignatureVerdict, signer: string, why: string): string =>
  `${WORDS[verdict]}${signer ? ` de ${signer}` : ''} : ${why}.`

/** What a signature says it signs: the bordereau that holds it, another one, or the whole file. Never any other part of the file. */
const targetOf = ({ declared }: SurveyedSignature, known: Survey): string | Unverifiable => {
  if (declared instanceof Unverifiable) return declared
  const targets = declared.references.map(({ target }) => target)
  if (targets.some(target => target === '' || target === known.rootId)) return ''
  const bordereau = targets.find(target => known.bordereaux.some(({ xmlId }) => xmlId === target))
  return bordereau ?? new Unverifiable('elle ne porte ni sur un bordereau, ni sur le fichier entier')
}

const byBordereau = (known: Survey, signatures: readonly VerifiedSignature[]): readonly VerifiedBordereau[] => {
  const verdicts = new Map<string, SignatureVerdict>()
  // One good signature does not make up for a bad one beside it.
  for (const { target, verdict } of signatures)
    if (!verdicts.has(target) || verdict !== 'valide') verdicts.set(target, verdict)
  return known.bordereaux.map(bordereau => ({
    ...bordereau,
    verdict: (bordereau.xmlId === '' ? undefined : verdicts.get(bordereau.xmlId)) ?? verdicts.get('') ?? 'absente',
  }))
}

/**
 * Verifies the XAdES signatures of a PES (formats/pes-v2.md §5): digests of what each signs and of its properties, value under the
 * certificate, dates of the certificate on the day of the signature. Whether the authority of the certificate is to be trusted is not
 * judged. The file is read twice, in a memory that does not depend on its size.
 * @throws UnreadableXml as `streamXml`; what `open` throws
 */
export const verifyPesSignatures = async (
  open: () => AsyncIterable<unknown>,
  { size, largestWhole = LARGEST_WHOLE }: VerificationOptions,
): Promise<PesVerification> => {
  const known = await survey(open())
  const plans = known.signatures.map(signature => {
    const target = targetOf(signature, known)
    const isTooLarge = target === '' && size > largestWhole
    return { ...signature, target, isTooLarge }
  })
  const wanted: Wanted[] = plans.flatMap(({ declared, target, isTooLarge }, signature) =>
    declared instanceof Unverifiable || target instanceof Unverifiable || isTooLarge
      ? []
      : declared.references.map(reference => ({ signature, reference })),
  )
  const methods = plans.map(({ declared, isTooLarge }) =>
    declared instanceof Unverifiable || isTooLarge ? undefined : declared.method,
  )
  const taken = wanted.length > 0 ? await takeDigests(open(), wanted, methods) : { digests: [], signedInfos: [] }

  const signatures = plans.map(({ declared, target, isTooLarge }, rank): VerifiedSignature => {
    if (declared instanceof Unverifiable || target instanceof Unverifiable) {
      const why = [declared, target].find(each => each instanceof Unverifiable)?.message ?? ''
      return { ...{ verdict: 'illisible', signer: '', target: '' }, sentence: sentence('illisible', '', why) }
    }
    if (isTooLarge) {
      const why = `le fichier (${readableSize(size)}) est trop volumineux pour que sa signature d'ensemble soit vérifiée ici (${readableSize(largestWhole)} au plus)`
      return { ...{ verdict: 'tropVolumineux', signer: '', target }, sentence: sentence('tropVolumineux', '', why) }
    }
    const digests = wanted.flatMap(({ signature, reference }, place) =>
      signature === rank ? [{ wanted: reference.digest, found: taken.digests[place] }] : [],
    )
    const { verdict, signer, why } = judge(declared, { digests, signedInfo: taken.signedInfos[rank] })
    return { verdict, signer, target, sentence: sentence(verdict, signer, why) }
  })
  return {
    signatures,
    signatureCount: known.signatureCount,
    bordereaux: byBordereau(known, signatures),
    bordereauCount: known.bordereauCount,
  }
}
