import { ConfigurationError, PermanentError, TemporaryError } from '../authoring/errors.ts'

/** A failure before the connection was established: the remote has received nothing. */
export class ConnectFailure extends Error {
  override readonly name = 'ConnectFailure'
}

const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'HOSTNAME_MISMATCH',
])

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** Why the certificate of the server is not acceptable; `undefined` when the failure is of another nature. */
export const serverCertificateFault = (code: string, host: string): string | undefined => {
  if (UNTRUSTED.has(code))
    return (
      `Le certificat présenté par ${host} n'a pas été délivré par une autorité connue (${code}). Si cette autorité est la vôtre ` +
      `ou celle de l'opérateur, ajoutez-la dans les réglages du connecteur.`
    )
  if (code === 'CERT_HAS_EXPIRED')
    return `Le certificat présenté par ${host} a expiré. Demandez à l'exploitant du service de le renouveler.`
  if (code === 'CERT_NOT_YET_VALID')
    return `Le certificat présenté par ${host} n'est pas encore valable. Vérifiez l'heure de ce serveur, puis le certificat du service.`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `Le certificat présenté par ${host} est fait pour un autre nom. Vérifiez l'adresse dans les réglages du connecteur.`
  return undefined
}

/** Alerts by which a server says that it wants another client certificate, or another protocol. Alert 80 and the like are its own trouble. */
const clientRefusal = (code: string, host: string): string | undefined => {
  if (!/^ERR_SSL_.*ALERT/u.test(code) || /INTERNAL_ERROR|USER_CANCELED|CLOSE_NOTIFY/u.test(code)) return undefined
  if (code.includes('EXPIRED'))
    return `${host} refuse notre certificat client : il a expiré. Déposez le nouveau certificat dans les réglages du connecteur.`
  if (code.includes('PROTOCOL_VERSION') || code.includes('INSUFFICIENT_SECURITY'))
    return `${host} ne propose aucune version de TLS acceptable. Demandez à l'exploitant d'activer TLS 1.2 ou 1.3.`
  return (
    `${host} refuse notre certificat client (${code.replace(/^ERR_SSL_/u, '').toLowerCase()}). Vérifiez dans les réglages du ` +
    `connecteur qu'un certificat est déposé, et auprès de l'opérateur qu'il est bien enregistré.`
  )
}

const unreachable = (code: string, host: string): string => {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENODATA')
    return `Le nom ${host} est introuvable dans le DNS. Vérifiez l'adresse et le réseau ; un nouvel essai aura lieu.`
  if (code === 'ECONNREFUSED')
    return `${host} refuse la connexion : le service est sans doute arrêté. Un nouvel essai aura lieu.`
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT')
    return `${host} ne répond pas à la connexion dans le temps imparti. Un nouvel essai aura lieu.`
  return `La connexion à ${host} n'a pas pu être établie${code && ` (${code})`}. Un nouvel essai aura lieu.`
}

const interrupted = (code: string, host: string): string =>
  code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT'
    ? `${host} n'a pas répondu dans le temps imparti. Un nouvel essai aura lieu.`
    : `La connexion avec ${host} a été coupée pendant l'échange${code && ` (${code})`}. Un nouvel essai aura lieu.`

/**
 * Says a failure of the network in the words of the hub.
 * @param safe the request has no effect at the remote (GET…): nothing can have been sent twice
 */
export const toFailure = (error: unknown, { host, safe }: { readonly host: string; readonly safe: boolean }): Error => {
  const before = error instanceof ConnectFailure
  const origin: unknown = before ? error.cause : error
  if (origin instanceof ConfigurationError || origin instanceof PermanentError || origin instanceof TemporaryError)
    return origin
  const code = codeOf(origin)
  const settings = serverCertificateFault(code, host) ?? clientRefusal(code, host)
  if (settings) return new ConfigurationError(settings, { cause: origin })
  if (before) return new TemporaryError(unreachable(code, host), { cause: error })
  return new TemporaryError(interrupted(code, host), { cause: origin, maybeSent: !safe })
}

/** The connection died after it was established: a pooled one closed by the server looks exactly like this. */
export const isLostConnection = (failure: unknown): boolean =>
  failure instanceof TemporaryError &&
  !(failure.cause instanceof ConnectFailure) &&
  ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(codeOf(failure.cause))
