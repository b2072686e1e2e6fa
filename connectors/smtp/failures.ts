import { certificateFault, ConfigurationError, networkCause, PermanentError, TemporaryError } from '#core'

/** What nodemailer says of a failure: the answer of the server, the command that provoked it. */
interface SmtpFailure extends Error {
  readonly code?: string
  readonly originalCode?: string
  readonly response?: string
  readonly responseCode?: number
  readonly command?: string
}

const isFailure = (error: unknown): error is SmtpFailure => error instanceof Error

/** The sentence of the server, on one line: `550 5.1.1 User unknown`. */
export const answerOf = (response: string): string =>
  response
    .split(/\r?\n/u)
    .map((line, rank) => (rank === 0 ? line : line.replace(/^\d{3}[ -](?:\d\.\d+\.\d+ )?/u, '')))
    .join(' ')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 500)

const said = (failure: SmtpFailure): string =>
  failure.response ? ` Il répond : « ${answerOf(failure.response)} ».` : ''

/** `EDNS` is nodemailer's own: no address for this name. */
const whyOf = (code: string | undefined): string | undefined => networkCause(code === 'EDNS' ? 'ENOTFOUND' : code)

const unavailable = (failure: SmtpFailure, server: string): TemporaryError => {
  const why = whyOf(failure.originalCode) ?? whyOf(failure.code) ?? 'la connexion a été coupée'
  return new TemporaryError(
    `Le serveur de messagerie ${server} n'est pas disponible : ${why}. Nouvel essai plus tard.`,
    {
      cause: failure,
    },
  )
}

const isTemporary = ({ responseCode = 0 }: SmtpFailure): boolean => responseCode >= 400 && responseCode < 500
const isRefusal = ({ responseCode = 0 }: SmtpFailure): boolean => responseCode >= 500 && responseCode < 600

const later = (failure: SmtpFailure, server: string): TemporaryError =>
  new TemporaryError(`Le serveur de messagerie ${server} remet à plus tard.${said(failure)} Nouvel essai plus tard.`, {
    cause: failure,
  })

/** What to throw when no session could be opened: connection, encryption, account. */
export const openingFailure = (error: unknown, server: string, login: string | undefined): Error => {
  if (error instanceof ConfigurationError || !isFailure(error))
    return error instanceof Error ? error : new Error(String(error))
  const certificate = certificateFault(error, server)
  if (certificate !== undefined) return new ConfigurationError(certificate, { cause: error })
  if (error.code === 'EAUTH') {
    if (isTemporary(error)) return later(error, server)
    return new ConfigurationError(
      `Le serveur de messagerie ${server} refuse la connexion de « ${login ?? ''} » : vérifiez l'identifiant et le mot de passe.${said(error)}`,
      { cause: error },
    )
  }
  if (error.code === 'ETLS' && isRefusal(error))
    return new ConfigurationError(
      `Le serveur de messagerie ${server} ne propose pas STARTTLS sur ce port : choisissez « TLS dès la connexion », ou le port qui chiffre.`,
      { cause: error },
    )
  if (error.code === 'ETLS' || error.originalCode === 'ERR_SSL_WRONG_VERSION_NUMBER')
    return new ConfigurationError(
      `La connexion chiffrée avec ${server} n'a pas pu s'établir : vérifiez « Port » et « Chiffrement » (587 pour STARTTLS, 465 pour TLS).`,
      { cause: error },
    )
  if (isRefusal(error))
    return new ConfigurationError(
      `Le serveur de messagerie ${server} refuse ce serveur.${said(error)} Demandez à son exploitant d'autoriser l'adresse de ce serveur.`,
      { cause: error },
    )
  return isTemporary(error) ? later(error, server) : unavailable(error, server)
}

export type SendingFailure =
  { readonly is: 'refused'; readonly reason: string } | { readonly is: 'failed'; readonly error: Error }

const failed = (error: Error): SendingFailure => ({ is: 'failed', error })

/**
 * What a failure of one message means, by the command that provoked it (RFC 5321 §4.3.2).
 * @param given the whole message had been given to the socket: without an answer, the server may have taken it
 */
export const sendingFailure = (
  error: unknown,
  { server, sender, given }: { readonly server: string; readonly sender: string; readonly given: boolean },
): SendingFailure => {
  if (!isFailure(error)) return failed(new Error(String(error)))
  if (error.code === 'EMESSAGE' && error.command === 'MAIL FROM')
    return failed(
      new PermanentError(
        `Le courriel est plus gros que ce que le serveur ${server} accepte : allégez le modèle et ses images.`,
        { cause: error },
      ),
    )
  if (isTemporary(error)) return failed(later(error, server))
  if (isRefusal(error) && [530, 534, 535, 538].includes(error.responseCode ?? 0))
    return failed(
      new ConfigurationError(
        `Le serveur de messagerie ${server} exige un compte : renseignez « Identifiant » et « Mot de passe ».${said(error)}`,
        { cause: error },
      ),
    )
  if (isRefusal(error) && error.command === 'RCPT TO')
    return {
      is: 'refused',
      reason: `le serveur ${server} refuse cette adresse : « ${answerOf(error.response ?? '')} »`,
    }
  if (isRefusal(error) && error.command === 'MAIL FROM')
    return failed(
      new ConfigurationError(
        `Le serveur de messagerie ${server} n'accepte pas l'expéditeur « ${sender} ».${said(error)} Corrigez « Adresse de retour » ou demandez ce droit à son exploitant.`,
        { cause: error },
      ),
    )
  if (isRefusal(error))
    return failed(
      new PermanentError(
        `Le serveur de messagerie ${server} refuse le contenu du courriel.${said(error)} Corrigez le modèle, ou demandez la raison à son exploitant.`,
        { cause: error },
      ),
    )
  if (error.code === 'EENVELOPE' || error.code === 'API')
    return {
      is: 'refused',
      reason: `cette adresse ne peut pas être écrite sur le serveur ${server} (${error.message})`,
    }
  return failed(
    given
      ? new TemporaryError(
          `La connexion avec ${server} a été coupée juste après l'envoi du courriel : il est peut-être parti. Nouvel essai plus tard, sous le même numéro.`,
          { maybeSent: true, cause: error },
        )
      : unavailable(error, server),
  )
}
