import { ConfigurationError, PermanentError, TemporaryError } from '../../authoring/errors.ts'
import { networkCause } from '../../connectors/network-causes.ts'

/** The numbers of the answers of an SFTP server that call for different sentences (draft-ietf-secsh-filexfer). */
export const STATUS = { noSuchFile: 2, denied: 3, failure: 4, exists: 11, noSpace: 14, quota: 15 } as const

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

export const hasStatus = (error: unknown, ...statuses: readonly number[]): boolean =>
  statuses.some(status => status === codeOf(error))

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** What to throw when the connection itself does not succeed. `server` is what people know it by. */
export const connectionFailure = (error: unknown, server: string, login: string): Error => {
  if (error instanceof ConfigurationError) return error
  const level: unknown = error instanceof Error && 'level' in error ? error.level : undefined
  const message = messageOf(error)
  if (level === 'client-authentication')
    return new ConfigurationError(
      `Le serveur SFTP ${server} refuse la connexion de « ${login} » : vérifiez l'identifiant, le mot de passe ou la clé privée.`,
      { cause: error },
    )
  if (/parse privateKey|bad passphrase|no passphrase|bad decrypt|integrity check/iu.test(message))
    return new ConfigurationError(
      `La clé privée de la connexion à ${server} est illisible : déposez une clé OpenSSH ou PEM, avec sa phrase secrète si elle en a une.`,
      { cause: error },
    )
  if (level === 'handshake' || /no matching/iu.test(message))
    return new ConfigurationError(
      `Le serveur SFTP ${server} et Passeur n'ont aucun algorithme de chiffrement en commun (${message}) : demandez à l'exploitant du serveur de le mettre à jour.`,
      { cause: error },
    )
  const why = networkCause(codeOf(error)) ?? (level === 'client-timeout' ? 'il ne répond pas' : message)
  return new TemporaryError(`Le serveur SFTP ${server} n'est pas disponible : ${why}. Nouvel essai plus tard.`, {
    cause: error,
  })
}

/** What to throw when an operation fails. `doing` completes « Impossible de … ». */
export const operationFailure = (error: unknown, doing: string): Error => {
  if (error instanceof TemporaryError || error instanceof PermanentError || error instanceof ConfigurationError)
    return error
  if (hasStatus(error, STATUS.denied))
    return new ConfigurationError(
      `Impossible de ${doing} : le serveur SFTP refuse ce droit au compte utilisé. Demandez à l'exploitant le droit d'écrire et de renommer dans le répertoire.`,
      { cause: error },
    )
  if (hasStatus(error, STATUS.noSuchFile))
    return new ConfigurationError(
      `Impossible de ${doing} : le répertoire n'existe pas sur le serveur SFTP. Vérifiez le réglage « Répertoire » ou créez-le.`,
      { cause: error },
    )
  if (hasStatus(error, STATUS.noSpace, STATUS.quota))
    return new TemporaryError(`Impossible de ${doing} : le serveur SFTP n'a plus de place. Prévenez son exploitant.`, {
      cause: error,
    })
  return new TemporaryError(
    `Impossible de ${doing} : le serveur SFTP répond « ${messageOf(error)} » (disque plein, coupure ou refus sans motif). Nouvel essai plus tard.`,
    { cause: error },
  )
}
