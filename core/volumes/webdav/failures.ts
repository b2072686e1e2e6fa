import { ConfigurationError, PermanentError, TemporaryError } from '../../authoring/errors.ts'
import type { HttpResponse } from '../../connectors/http.ts'

/**
 * What to throw for an answer that nobody expects (RFC 4918 §11, depot-files.md §A.5). `doing` completes « Impossible de … ».
 * @param acting the request changes something there, and may have done so although it failed
 */
export const webdavFailure = (
  { status, headers }: Pick<HttpResponse, 'status' | 'headers'>,
  doing: string,
  acting: boolean,
): Error => {
  const impossible = `Impossible de ${doing} :`
  const later = (why: string, maybeSent = false) =>
    new TemporaryError(`${impossible} ${why}. Un nouvel essai aura lieu.`, { maybeSent })
  if (status >= 300 && status < 400)
    return new ConfigurationError(
      `${impossible} le serveur WebDAV renvoie vers une autre adresse (${headers['location'] ?? 'non précisée'}). Corrigez l'adresse dans les réglages du connecteur.`,
    )
  if (status === 401)
    return new ConfigurationError(
      `${impossible} le serveur WebDAV refuse l'identifiant ou le mot de passe. Corrigez-les dans les réglages du connecteur.`,
    )
  if (status === 403)
    return new ConfigurationError(
      `${impossible} le serveur WebDAV refuse ce droit au compte utilisé. Demandez à l'exploitant le droit de lire, d'écrire, de renommer et de supprimer dans le dossier.`,
    )
  if (status === 404 || status === 409)
    return new ConfigurationError(
      `${impossible} le dossier n'existe pas sur le serveur WebDAV. Vérifiez l'adresse dans les réglages du connecteur, ou créez le dossier.`,
    )
  if (status === 405 || status === 501)
    return new ConfigurationError(
      `${impossible} cette adresse n'accepte pas WebDAV (réponse ${status}). Vérifiez l'adresse, et que WebDAV y est ouvert en écriture.`,
    )
  if (status === 411)
    return new ConfigurationError(
      `${impossible} le serveur WebDAV veut connaître d'avance la taille de ce qu'il reçoit, ce qu'un zip ne permet pas. Choisissez la forme « Un répertoire par dossier » dans les réglages du connecteur.`,
    )
  if (status === 413)
    return new PermanentError(
      `${impossible} le serveur WebDAV le trouve trop grand. Demandez à son exploitant d'augmenter la taille permise, puis relancez.`,
    )
  if (status === 423) return later('le serveur WebDAV le dit verrouillé par une autre application')
  if (status === 507 || status === 419) return later("le serveur WebDAV n'a plus de place, prévenez son exploitant")
  if (status === 408 || status === 429 || status >= 500) return later(`le serveur WebDAV répond ${status}`, acting)
  if (status === 207) return later("le serveur WebDAV ne l'a fait qu'en partie", acting)
  if (status >= 200 && status < 300)
    return later(`le serveur WebDAV répond ${status}, ce qui n'a pas de sens ici`, acting)
  return new PermanentError(
    `${impossible} le serveur WebDAV refuse la demande (réponse ${status}). Demandez-en la raison à son exploitant.`,
  )
}
