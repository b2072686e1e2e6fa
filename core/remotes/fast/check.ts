import { frenchDay } from '../../authoring/days.ts'
import { ConfigurationError } from '../../authoring/errors.ts'
import { readClientCertificate } from '../../connectors/http-client-tls.ts'
import type { FastAccess } from './client.ts'

const DAY = 86_400_000
const WARN_BEFORE = 60

/** `certificat de « Ville » valable jusqu'au 01/02/2027`. @throws ConfigurationError when it cannot be read or has expired */
export const fastCertificateSentence = ({ certificat, certificatMotDePasse }: FastAccess, now: Date): string => {
  const { subject, notAfter } = readClientCertificate(certificat, certificatMotDePasse)
  if (notAfter < now)
    throw new ConfigurationError(
      `Le certificat « ${subject} » a expiré le ${frenchDay(notAfter)}. Déposez le nouveau dans les réglages du connecteur.`,
    )
  const left = Math.floor((notAfter.getTime() - now.getTime()) / DAY)
  const soon = left < WARN_BEFORE ? ` (${left} jours, à renouveler)` : ''
  return `certificat de « ${subject} » valable jusqu'au ${frenchDay(notAfter)}${soon}`
}
