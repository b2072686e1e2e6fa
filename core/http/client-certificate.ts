import type { X509Certificate } from 'node:crypto'
import type { Caller } from '../access/caller.ts'
import { certificateDigest, readCertificate } from '../access/certificates.ts'
import { findUser } from '../access/users.ts'
import { errors } from '../errors.ts'
import type { IncomingRequest } from './incoming.ts'
import type { Services } from './services.ts'

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a percent sign that encodes nothing: not nginx's writing
  }
}

/**
 * What each proxy makes of a certificate in a header: nginx encodes the PEM as in a URL (`$ssl_client_escaped_cert`), Apache replaces
 * its line breaks by spaces, HAProxy and Traefik write the DER in base64, HAProxy's between colons when it follows RFC 9440.
 */
const certificateIn = (header: string): X509Certificate | undefined => {
  const text = header.includes('%') ? decoded(header) : header
  const base64 = text
    .replace(/-----BEGIN CERTIFICATE-----/u, '')
    .replace(/-----END CERTIFICATE-----[^]*$/u, '')
    .replaceAll(/[\s:]/gu, '')
  return /^[A-Za-z0-9+/]+=*$/u.test(base64) ? readCertificate(Buffer.from(base64, 'base64')) : undefined
}

/** The certificate that the client showed to the proxy, when there is a proxy that says so. */
export const presentedCertificate = (
  { headers }: Pick<IncomingRequest, 'headers'>,
  { settings: { certificateHeader } }: Pick<Services, 'settings'>,
): X509Certificate | undefined => {
  const header = certificateHeader === undefined ? undefined : headers[certificateHeader]
  return typeof header === 'string' && header !== '' ? certificateIn(header) : undefined
}

/**
 * An account that has a certificate must show it beside its password, wherever it signs in, where certificates can be shown. Without it
 * the answer is that of a wrong password: whoever tries passwords learns nothing from it.
 * @throws errors.badCredentials
 */
export const checkSecondProof = async (
  caller: Caller,
  request: Pick<IncomingRequest, 'headers'>,
  services: Pick<Services, 'db' | 'settings'>,
): Promise<void> => {
  if (services.settings.certificateHeader === undefined) return
  const wanted = (await findUser(services.db, caller.id))?.certificateDigest ?? null
  if (wanted === null) return
  const shown = presentedCertificate(request, services)
  if (!shown || certificateDigest(shown) !== wanted) throw errors.badCredentials()
}
