import { X509Certificate } from 'node:crypto'
import { frenchDay } from '../../../authoring/days.ts'
import { secretFile } from '../../../authoring/fields.ts'
import { readAuthorities } from '../../../connectors/http-client-tls.ts'
import { commonName } from '../signatures.ts'

/** Settings of the connectors of the treasury: whom the administrator trusts to certify those who sign. Nothing is fetched. */
export const signersFields = {
  autoritesSignataires: secretFile('Autorités des signataires de PES', {
    help: 'Fichier PEM, un ou plusieurs certificats à la suite. Sans lui, les signatures sont vérifiées sans juger qui a délivré le certificat.',
  }),
  revocationsSignataires: secretFile('Listes de révocation des signataires', {
    help: 'Fichier PEM (« BEGIN X509 CRL »), une ou plusieurs listes à la suite, ou une liste DER. Passeur ne va pas les chercher : remplacez-les régulièrement.',
  }),
}

/** What was deposited in `signersFields`, as it came. */
export interface SignersTrust {
  readonly authorities?: Uint8Array | undefined
  readonly revocations?: Uint8Array | undefined
}

export const signersOf = (config: {
  readonly autoritesSignataires?: Uint8Array | undefined
  readonly revocationsSignataires?: Uint8Array | undefined
}): SignersTrust => ({ authorities: config.autoritesSignataires, revocations: config.revocationsSignataires })

/** What becomes of a signature that is intact. */
export interface TrustAnswer {
  readonly verdict: 'valide' | 'autoriteInconnue' | 'certificatRevoque'
  /** End of the sentence, in French. */
  readonly why: string
}

export interface Signatory {
  readonly certificate: X509Certificate
  /** Certificates that came with it, in DER. */
  readonly others: readonly Uint8Array[]
  /** When it says that it was made. */
  readonly at: Date
}

const UNJUDGED = 'autorité et révocation non vérifiées'

const readable = (der: Uint8Array): readonly X509Certificate[] => {
  try {
    return [new X509Certificate(der)]
  } catch {
    // It came beside the certificate of the signer, which is readable: a chain is built without it.
    return []
  }
}

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)

/**
 * Judges the certificates of signers under the settings of an administrator, without the network. The libraries of ASN.1 are loaded only
 * when there is something to judge by.
 * @throws ConfigurationError when what was deposited cannot be read
 */
export const signersJudge = async ({
  authorities,
  revocations,
}: SignersTrust): Promise<(signatory: Signatory) => Promise<TrustAnswer>> => {
  if (!authorities) return () => Promise.resolve({ verdict: 'valide', why: UNJUDGED })
  const trusted = readAuthorities(authorities).map(pem => new X509Certificate(pem))
  const [{ certificateFrom, chainFault }, { readRevocations, revocationOf }] = await Promise.all([
    import('../../rfc3161/certificates.ts'),
    import('./revocations.ts'),
  ])
  const lists = readRevocations(revocations)

  const judge = async ({ certificate, others: beside, at }: Signatory): Promise<TrustAnswer> => {
    const others = beside.flatMap(readable)
    const fault = await chainFault(certificateFrom(certificate.raw), {
      authorities: trusted.map(({ raw }) => certificateFrom(raw)),
      others: others.map(({ raw }) => certificateFrom(raw)),
      at,
    })
    const issuer = [...trusted, ...others].find(each => isIssuedBy(certificate, each))
    if (fault !== undefined || !issuer)
      return {
        verdict: 'autoriteInconnue',
        why: `son certificat, délivré par « ${commonName(certificate.issuer)} », ne vient d'aucune des autorités reconnues à cette date`,
      }
    const recognised = `autorité « ${commonName(issuer.subject)} » reconnue`
    const revocation = await revocationOf(certificate, issuer, lists)
    switch (revocation.is) {
      case 'unknown':
        return { verdict: 'valide', why: `${recognised}, révocation non vérifiée` }
      case 'revoked':
        return revocation.on <= at
          ? { verdict: 'certificatRevoque', why: `son certificat est révoqué depuis le ${frenchDay(revocation.on)}` }
          : { verdict: 'valide', why: `${recognised}, certificat révoqué ensuite, le ${frenchDay(revocation.on)}` }
      case 'listed':
        return revocation.asOf < at
          ? {
              verdict: 'valide',
              why: `${recognised}, révocation non vérifiée : la liste du ${frenchDay(revocation.asOf)} est antérieure`,
            }
          : { verdict: 'valide', why: `${recognised}, non révoqué selon la liste du ${frenchDay(revocation.asOf)}` }
    }
  }

  /** A treasurer signs every bordereau with one certificate. */
  const known = new Map<string, Promise<TrustAnswer>>()
  return signatory => {
    const key = `${signatory.certificate.fingerprint256} ${signatory.at.toISOString()}`
    const answer = known.get(key) ?? judge(signatory)
    known.set(key, answer)
    return answer
  }
}
