import { FileMissingError, FileTooLargeError, Problem } from '#core'

/** An error of Pastell's API: a status and a sentence, and not one key more (pastell-api.md §2). */
export class PastellError extends Error {
  override readonly name = 'PastellError'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.headers = headers
  }
}

export const badRequest = (message: string) => new PastellError(400, message)
export const forbidden = (message: string) => new PastellError(403, message)
export const notFound = (message: string) => new PastellError(404, message)

export const missingRight = (right: string) =>
  forbidden(`Vous devez avoir le droit ${right} pour accéder à la ressource.`)
/** Without an accent, and with that punctuation: people search for it. */
export const noAccess = (entityId: string, right: string, userId: string) =>
  forbidden(`Acces interdit id_e=${entityId}, droit=${right},id_u=${userId}`)
export const badMethod = (method: string) =>
  new PastellError(405, `La méthode ${method.toLowerCase()} n'existe pas pour cette ressource`)

/** What the native services refuse, with the status that Pastell's clients know: business errors are 400. */
const STATUS: Readonly<Record<number, number>> = { 409: 400, 413: 400, 415: 400, 416: 400, 422: 400, 502: 400 }

const sentences = ({ message, detail, fields }: Problem): string =>
  fields && fields.length > 0 ? fields.map(each => each.message).join(' ') : (detail ?? message)

/** Any error as one of Pastell's; `undefined` for those that nobody foresaw. */
export const asPastellError = (error: unknown): PastellError | undefined => {
  if (error instanceof PastellError) return error
  if (error instanceof Problem) {
    if (error.status === 429) return new PastellError(429, 'Rate Limit Exceeded', { 'Retry-after': '60' })
    if (error.status === 500) return undefined
    return new PastellError(STATUS[error.status] ?? error.status, sentences(error))
  }
  if (error instanceof FileTooLargeError) return badRequest(error.message)
  if (error instanceof FileMissingError) return notFound("Ce fichier n'existe pas")
  return undefined
}
