import { ConfigurationError, PermanentError, TemporaryError } from '../../authoring/errors.ts'
import { ConnectFailure, toFailure } from '../../connectors/http-client-failure.ts'

interface SdkError {
  readonly name: string
  readonly message: string
  readonly code?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number }
}

const asSdkError = (error: unknown): SdkError | undefined =>
  typeof error === 'object' && error !== null && 'name' in error ? (error as SdkError) : undefined

/** The HTTP status of the refusal; `undefined` when there was no answer. */
export const statusOf = (error: unknown): number | undefined => asSdkError(error)?.$metadata?.httpStatusCode

/** The code of the refusal in the words of S3: `NoSuchKey`, `SlowDown`… An answer to HEAD has none. */
export const codeOf = (error: unknown): string => asSdkError(error)?.name ?? ''

/** Where connectors have the settings of their store; whoever has them elsewhere says so in its place. */
export const SET_BY_CONNECTOR = 'les réglages du connecteur'

const SETTINGS: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: `le service S3 ne connaît pas l'identifiant de clé d'accès. Corrigez-le dans ${SET_BY_CONNECTOR}`,
  SignatureDoesNotMatch: `la clé secrète n’est pas la bonne. Corrigez-la dans ${SET_BY_CONNECTOR}`,
  NoSuchBucket: `le compartiment n’existe pas. Corrigez son nom dans ${SET_BY_CONNECTOR}, ou faites-le créer`,
  InvalidBucketName: `le nom du compartiment n’est pas valable. Corrigez-le dans ${SET_BY_CONNECTOR}`,
  AuthorizationHeaderMalformed: `la région n’est pas la bonne. Corrigez-la dans ${SET_BY_CONNECTOR}`,
  PermanentRedirect: `le compartiment est à une autre adresse. Corrigez l’adresse et la région dans ${SET_BY_CONNECTOR}`,
  RequestTimeTooSkewed: "l'horloge de ce serveur n'est pas à l'heure. Faites-la régler par son exploitant",
}

const NEVER_REACHED = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENODATA',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
])

/** An answer that says « yes » without what S3 always says with it: the page of a proxy, most often. */
export class NotS3 extends Error {
  override readonly name = 'NotS3'
  readonly $metadata = { httpStatusCode: 200 }
}

/** @throws NotS3 when it is missing */
export const answered = <T>(value: T | undefined): T => {
  if (value === undefined) throw new NotS3('not an answer of S3')
  return value
}

export interface Attempted {
  /** Completes « Impossible de … ». */
  readonly doing: string
  readonly host: string
  /** The request changes something there, and may have done so although it failed. */
  readonly acting: boolean
}

/** What to throw for a failure of the SDK (depot-files.md §A.5). */
export const s3Failure = (error: unknown, { doing, host, acting }: Attempted): Error => {
  if (error instanceof ConfigurationError || error instanceof TemporaryError || error instanceof PermanentError)
    return error
  const impossible = `Impossible ${/^[aeéio]/u.test(doing) ? "d'" : 'de '}${doing} :`
  const status = statusOf(error)
  const code = codeOf(error)
  if (status === undefined) {
    const reached = !NEVER_REACHED.has(String(asSdkError(error)?.code))
    return toFailure(reached ? error : new ConnectFailure('connexion impossible', { cause: error }), {
      host,
      safe: !acting,
    })
  }
  const remedy = SETTINGS[code]
  if (remedy !== undefined) return new ConfigurationError(`${impossible} ${remedy}.`, { cause: error })
  const later = (why: string, maybeSent = false) =>
    new TemporaryError(`${impossible} ${why}. Un nouvel essai aura lieu.`, { maybeSent, cause: error })
  if (code === 'QuotaExceeded' || status === 507)
    return later("le service S3 n'a plus de place, prévenez son exploitant")
  if (status === 401 || status === 403)
    return new ConfigurationError(
      `${impossible} le service S3 refuse ce droit à la clé d'accès. Demandez à l'exploitant les droits de lister, lire, écrire et supprimer sous le préfixe.`,
      { cause: error },
    )
  if (status >= 300 && status < 400)
    return new ConfigurationError(
      `${impossible} le service S3 renvoie vers une autre adresse. Corrigez l'adresse et la région dans ${SET_BY_CONNECTOR}.`,
      { cause: error },
    )
  if (status === 404 || status === 405)
    return new ConfigurationError(
      `${impossible} il n'y a pas de service S3 à cette adresse (réponse ${status}), ou le compartiment n'existe pas. Corrigez ${SET_BY_CONNECTOR}.`,
      { cause: error },
    )
  if (code === 'SlowDown' || status === 429 || status === 503) return later('le service S3 demande de ralentir', acting)
  if (status === 408 || status === 409 || status >= 500)
    return later(`le service S3 répond ${status} (${code})`, acting)
  if (status < 300) return later('le service S3 a répondu autre chose que ce qui était attendu', acting)
  if (code === 'EntityTooLarge')
    return new PermanentError(
      `${impossible} le service S3 le trouve trop grand. Voyez la limite avec son exploitant.`,
      { cause: error },
    )
  return new PermanentError(
    `${impossible} le service S3 refuse la demande (${code}, réponse ${status}). Demandez-en la raison à son exploitant.`,
    { cause: error },
  )
}
