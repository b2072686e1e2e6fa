import { ConfigurationError, PermanentError, TemporaryError, type HttpResponse } from '#core'

/** What the browser binding says of a failure (CMIS 1.1 §5.2.10). */
export interface CmisFault {
  readonly status: number
  /** `objectNotFound`, `constraint`…; none when somebody else answered in the place of CMIS. */
  readonly exception: string | undefined
  readonly message: string
  readonly location: string | undefined
}

const LONGEST_MESSAGE = 300

/** Reads an answer that is not a success, whoever wrote it. */
export const readFault = async (response: HttpResponse): Promise<CmisFault> => {
  const { status, headers } = response
  const body = await response.text()
  const said = ((): { exception?: unknown; message?: unknown } => {
    try {
      return Object(JSON.parse(body)) as { exception?: unknown; message?: unknown }
    } catch {
      return {}
    }
  })()
  return {
    status,
    exception: typeof said.exception === 'string' ? said.exception : undefined,
    message:
      typeof said.message === 'string' ? said.message.replace(/\s+/gu, ' ').trim().slice(0, LONGEST_MESSAGE) : '',
    location: headers['location'],
  }
}

/**
 * What to throw for a failure that its caller does not expect (ged-cmis.md §2). `doing` completes « Impossible de … ».
 * @param acting the request changes something there, and may have done so although it failed
 */
export const cmisFailure = (
  { status, exception, message, location }: CmisFault,
  doing: string,
  acting: boolean,
): Error => {
  const impossible = `Impossible de ${doing} :`
  const said = message === '' ? (exception ?? `réponse ${status}`) : message.replace(/\.$/u, '')
  const later = (why: string, maybeSent = false) =>
    new TemporaryError(`${impossible} ${why}. Un nouvel essai aura lieu.`, { maybeSent })
  if (status >= 300 && status < 400)
    return new ConfigurationError(
      `${impossible} la GED renvoie vers une autre adresse (${location ?? 'non précisée'}). Corrigez l'adresse dans les réglages du connecteur.`,
    )
  if (status === 401)
    return new ConfigurationError(
      `${impossible} la GED refuse l'identifiant ou le mot de passe. Corrigez-les dans les réglages du connecteur.`,
    )
  if (status === 403)
    return new ConfigurationError(
      `${impossible} la GED refuse ce droit au compte utilisé (${said}). Demandez à son exploitant le droit de lire, d'écrire, de renommer et de supprimer dans le dossier de destination.`,
    )
  if (status === 404 && exception === undefined)
    return later("ce n'est pas la GED qui répond (404), elle est sans doute en cours d'arrêt ou de démarrage")
  if (status === 404)
    return new ConfigurationError(
      `${impossible} la GED ne le trouve pas (${said}). Vérifiez le dossier et le type des documents dans les réglages du connecteur.`,
    )
  if (status === 405)
    return new PermanentError(
      `${impossible} la GED n'accepte pas cette opération (${said}). Demandez à son exploitant si le dossier et le type des documents conviennent, puis relancez.`,
    )
  if (status === 409 && exception === 'updateConflict')
    return later('un autre programme modifie cet objet de la GED en ce moment')
  if (status === 409)
    return new PermanentError(
      `${impossible} les règles de la GED s'y opposent (${said}). Vérifiez le type et les propriétés des documents dans les réglages du connecteur, puis relancez.`,
    )
  if (status === 413)
    return new PermanentError(
      `${impossible} la GED le trouve trop grand. Demandez à son exploitant d'augmenter la taille permise, puis relancez.`,
    )
  if (status === 507) return later("la GED n'a plus de place, prévenez son exploitant")
  if (status === 408 || status === 429 || status >= 500) return later(`la GED répond ${status} (${said})`, acting)
  return new PermanentError(
    `${impossible} la GED refuse la demande (${said}). Vérifiez les propriétés des documents dans les réglages du connecteur, puis relancez.`,
  )
}
