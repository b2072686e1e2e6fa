import { Certificate, CertificateRevocationList } from 'pkijs'
import type { X509Certificate } from 'node:crypto'
import { ConfigurationError } from '../../../authoring/errors.ts'
import { parseDer } from '../../rfc3161/der.ts'

/** What the lists say of a certificate. `unknown`: none of them is of its authority. */
export type Revocation =
  | { readonly is: 'unknown' }
  | { readonly is: 'listed'; readonly asOf: Date }
  | { readonly is: 'revoked'; readonly on: Date }

const PEM = /-----BEGIN X509 CRL-----([^-]+)-----END X509 CRL-----/gu

/**
 * Lists of revoked certificates, of a PEM file (one or several) or of a DER one.
 * @throws ConfigurationError when one of them cannot be read
 */
export const readRevocations = (content: Uint8Array | undefined): readonly CertificateRevocationList[] => {
  if (!content) return []
  const blocks = [...Buffer.from(content).toString('latin1').matchAll(PEM)].map(([, base64 = '']) =>
    Buffer.from(base64, 'base64'),
  )
  try {
    return (blocks.length > 0 ? blocks : [content]).map(der => new CertificateRevocationList({ schema: parseDer(der) }))
  } catch (cause) {
    throw new ConfigurationError(
      "Une liste de révocation des signataires n'est pas lisible. Déposez un fichier PEM (« -----BEGIN X509 CRL----- ») ou DER dans les réglages du connecteur.",
      { cause },
    )
  }
}

const certificateFrom = (certificate: X509Certificate) => new Certificate({ schema: parseDer(certificate.raw) })

/** The latest list that this authority signed decides; a list that somebody else wrote in its name says nothing. */
export const revocationOf = async (
  certificate: X509Certificate,
  issuer: X509Certificate,
  lists: readonly CertificateRevocationList[],
): Promise<Revocation> => {
  const [own, authority] = [certificateFrom(certificate), certificateFrom(issuer)]
  const signed: CertificateRevocationList[] = []
  for (const list of lists)
    if (list.issuer.isEqual(authority.subject) && (await list.verify({ issuerCertificate: authority })))
      signed.push(list)
  const latest = signed.toSorted((a, b) => b.thisUpdate.value.getTime() - a.thisUpdate.value.getTime())[0]
  if (!latest) return { is: 'unknown' }
  const entry = latest.revokedCertificates?.find(({ userCertificate }) => userCertificate.isEqual(own.serialNumber))
  return entry ? { is: 'revoked', on: entry.revocationDate.value } : { is: 'listed', asOf: latest.thisUpdate.value }
}
