import { ConfigurationError, PermanentError, TemporaryError } from '../../authoring/errors.ts'

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

const isOurs = (error: unknown): error is Error =>
  error instanceof TemporaryError || error instanceof PermanentError || error instanceof ConfigurationError

/** What to throw when the system refuses an operation. `doing` completes « Impossible de … ». */
export const localFailure = (error: unknown, doing: string): Error => {
  if (isOurs(error)) return error
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new ConfigurationError(
        `Impossible de ${doing} : le compte système de Passeur n'en a pas le droit. Demandez à l'exploitant de la machine le droit de lire, d'écrire et de renommer dans ce dossier.`,
        { cause: error },
      )
    case 'ENOENT':
    case 'ENOTDIR':
      return new ConfigurationError(
        `Impossible de ${doing} : ce dossier n'existe pas sur la machine. Vérifiez le réglage, ou créez le dossier.`,
        { cause: error },
      )
    case 'ELOOP':
      return new PermanentError(`Impossible de ${doing} : c'est un lien. Déposez le fichier lui-même.`, {
        cause: error,
      })
    case 'ENAMETOOLONG':
      return new PermanentError(`Impossible de ${doing} : ce nom est trop long pour le disque. Raccourcissez-le.`, {
        cause: error,
      })
    case 'EXDEV':
      return new ConfigurationError(
        `Impossible de ${doing} : les deux dossiers sont sur des disques différents, un renommage ne peut pas passer de l'un à l'autre. Placez-les sur le même disque.`,
        { cause: error },
      )
    case 'ENOSPC':
    case 'EDQUOT':
      return new TemporaryError(`Impossible de ${doing} : le disque est plein. Prévenez l'exploitant de la machine.`, {
        cause: error,
      })
    default:
      return new TemporaryError(
        `Impossible de ${doing} : le système répond « ${codeOf(error) ?? (error instanceof Error ? error.message : String(error))} ». Nouvel essai plus tard.`,
        { cause: error },
      )
  }
}
