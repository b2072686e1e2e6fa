import { FTPError } from 'basic-ftp'
import { ConfigurationError, PermanentError, TemporaryError } from '../../authoring/errors.ts'
import { serverCertificateFault } from '../../connectors/http-client-failure.ts'
import { networkCause } from '../../connectors/network-causes.ts'

/** The number of the answer of the server; `undefined` when it did not answer. */
export const replyOf = (error: unknown): number | undefined => (error instanceof FTPError ? error.code : undefined)

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const isOurs = (error: unknown): error is Error =>
  error instanceof TemporaryError || error instanceof PermanentError || error instanceof ConfigurationError

/** What to throw when the session does not open. `stage` is where it stopped. */
export const connectionFailure = (
  error: unknown,
  stage: 'connect' | 'tls' | 'login',
  { server, login }: { readonly server: string; readonly login: string },
): Error => {
  if (isOurs(error)) return error
  const code = codeOf(error)
  const certificate = serverCertificateFault(code, server)
  if (certificate !== undefined) return new ConfigurationError(certificate, { cause: error })
  const reply = replyOf(error)
  if (reply !== undefined && reply >= 500) {
    if (stage === 'tls')
      return new ConfigurationError(
        `Le serveur FTP ${server} ne propose pas TLS (réponse ${reply}) : demandez à son exploitant de l'activer, ou revoyez le réglage « Chiffrement ».`,
        { cause: error },
      )
    if (reply === 522 || reply === 534 || /\b(?:TLS|SSL|encrypt)/iu.test(messageOf(error)))
      return new ConfigurationError(
        `Le serveur FTP ${server} exige une connexion chiffrée : choisissez FTPS dans le réglage « Chiffrement ».`,
        { cause: error },
      )
    if (reply >= 530)
      return new ConfigurationError(
        `Le serveur FTP ${server} refuse la connexion de « ${login} » (réponse ${reply}) : vérifiez l'identifiant et le mot de passe.`,
        { cause: error },
      )
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL'))
    return new ConfigurationError(
      `Le serveur FTP ${server} ne parle pas TLS sur ce port (${code}) : vérifiez le port et le réglage « Chiffrement ».`,
      { cause: error },
    )
  const why = networkCause(code) ?? (reply === undefined ? messageOf(error) : `il répond ${reply}`)
  return new TemporaryError(`Le serveur FTP ${server} n'est pas disponible : ${why}. Nouvel essai plus tard.`, {
    cause: error,
  })
}

/** What to throw when an operation fails (depot-files.md §A.5). `doing` completes « Impossible de … ». */
export const operationFailure = (error: unknown, doing: string, server: string): Error => {
  if (isOurs(error)) return error
  const reply = replyOf(error)
  if (reply === undefined)
    return new TemporaryError(
      `La connexion au serveur FTP ${server} a été coupée (${messageOf(error).split('\n')[0] ?? ''}). Nouvel essai plus tard.`,
      { maybeSent: true, cause: error },
    )
  if (reply === 530)
    return new ConfigurationError(
      `Impossible de ${doing} : le serveur FTP ne reconnaît plus le compte (réponse 530). Vérifiez l'identifiant et le mot de passe.`,
      { cause: error },
    )
  if (reply === 550 || reply === 532)
    return new ConfigurationError(
      `Impossible de ${doing} : le serveur FTP refuse ce droit au compte utilisé, ou le répertoire n'existe pas (réponse ${reply}). Vérifiez le réglage « Répertoire », puis les droits auprès de l'exploitant.`,
      { cause: error },
    )
  if (reply === 553)
    return new PermanentError(`Impossible de ${doing} : le serveur FTP refuse ce nom (réponse 553). Changez-le.`, {
      cause: error,
    })
  if (reply === 452 || reply === 552)
    return new TemporaryError(
      `Impossible de ${doing} : le serveur FTP n'a plus de place (réponse ${reply}). Prévenez son exploitant.`,
      { cause: error },
    )
  if (reply >= 500 && reply < 510)
    return new ConfigurationError(
      `Impossible de ${doing} : le serveur FTP ne connaît pas cette commande (réponse ${reply}). Demandez à son exploitant de mettre le serveur à jour.`,
      { cause: error },
    )
  return new TemporaryError(
    `Impossible de ${doing} : le serveur FTP répond « ${messageOf(error)} ». Nouvel essai plus tard.`,
    { cause: error },
  )
}
