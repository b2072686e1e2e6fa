import { createHash, X509Certificate } from 'node:crypto'
import { frenchDay } from '../../../authoring/days.ts'
import { readableSize } from '../../../files/errors.ts'
import { commonName } from '../signatures.ts'
import { digestOf, isSignedBy } from './algorithms.ts'
import { Unverifiable, type DeclaredSignature } from './declared.ts'
import { takeDigests, type Wanted } from './digests.ts'
import { signersJudge, type SignersTrust } from './trust.ts'
import { survey, type SignedBordereau, type Survey, type SurveyedSignature } from './survey.ts'

/**
 * `valide`: the content is the one signed, by the holder of the certificate, on a day when it was valid. `alteree`: it is not.
 * `certificatExpire`: it is, but the certificate was out of its dates. `autoriteInconnue`: it is, but no authority that the administrator
 * trusts issued the certificate. `certificatRevoque`: it is, but the certificate was revoked by then. `illisible`: nothing can be said. `tropVolumineux`: not here.
 */
export type SignatureVerdict =
  'valide' | 'alteree' | 'certificatExpire' | 'autoriteInconnue' | 'certificatRevoque' | 'illisible' | 'tropVolumineux'

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
  /** Left out, or without authorities: nobody judges who issued the certificates, and the sentences say so. */
  readonly signers?: SignersTrust | undefined
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

type Judge = Awaited<ReturnType<typeof signersJudge>>

interface Taken {
  readonly digests: readonly { readonly wanted: string; readonly found: string | undefined }[]
  readonly signedInfo: Buffer | undefined
}

const judge = async (declared: DeclaredSignature, { digests, signedInfo }: Taken, trust: Judge) => {
  const certificate = certificateOf(declared)
  if (!(certificate instanceof X509Certificate)) return { signer: '', ...certificate }
  const signer = commonName(certificate.subject)
  const answer = async (): Promise<Answer> => {
    if (digests.some(({ found }) => found === undefined) || !signedInfo)
      return unreadable("ce qu'elle signe est introuvable dans le fichier, ou n'y est pas unique")
    if (digests.some(({ found, wanted }) => found !== wanted)) return altered('le contenu a changé depuis la signature')
    const value = Buffer.from(declared.value, 'base64')
    const isSigned = isSignedBy(certificate.publicKey, declared.algorithm, signedInfo, value)
    if (isSigned === undefined) return unreadable(`algorithme non pris en charge (${declared.algorithm})`)
    if (!isSigned) return altered('elle ne correspond pas au certificat joint')
    const at = new Date(declared.signingTime)
    if (Number.isNaN(at.getTime())) return unreadable('elle ne dit pas quand elle a été faite')
    const fault = datesFault(certificate, at)
    if (fault) return fault
    const others = declared.certificates.map(base64 => Buffer.from(base64, 'base64'))
    const { verdict, why } = await trust({ certificate, others, at })
    return { verdict, why: `signée le ${frenchDay(at)} ; ${why}` }
  }
  return { signer, ...(await answer()) }
}

const WORDS: Readonly<Record<SignatureVerdict, string>> = {
  valide: 'Signature valide',
  alteree: 'Signature altérée',
  certificatExpire: 'Signature intacte, certificat hors de ses dates',
  autoriteInconnue: 'Signature intacte, autorité non reconnue',
  certificatRevoque: 'Signature intacte, certificat révoqué',
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
 * certificate, dates of the certificate on the day of the signature, then its authority and its revocation when the administrator gave
 * what to judge them by. The file is read twice, in a memory that does not depend on its size.
 * @throws UnreadableXml as `streamXml`; what `open` throws; ConfigurationError when what `signers` holds cannot be read
 */
export const verifyPesSignatures = async (
  open: () => AsyncIterable<unknown>,
  { size, largestWhole = LARGEST_WHOLE, signers = {} }: VerificationOptions,
): Promise<PesVerification> => {
  const trust = await signersJudge(signers)
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

  const verified = async (
    { declared, target, isTooLarge }: (typeof plans)[number],
    rank: number,
  ): Promise<VerifiedSignature> => {
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
    const { verdict, signer, why } = await judge(declared, { digests, signedInfo: taken.signedInfos[rank] }, trust)
    return { verdict, signer, target, sentence: sentence(verdict, signer, why) }
  }
  const signatures: VerifiedSignature[] = []
  // One after the other: thousands at once would hold their digests and their certificates together.
  for (const [rank, plan] of plans.entries()) signatures.push(await verified(plan, rank))
  return {
    signatures,
    signatureCount: known.signatureCount,
    bordereaux: byBordereau(known, signatures),
    bordereauCount: known.bordereauCount,
  }
}
