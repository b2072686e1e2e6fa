import {
  ConfigurationError,
  PermanentError,
  TemporaryError,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
} from '#core'

/** Convocations and their agenda are long files, converted as they arrive. */
const LONG = 600_000
const LONGEST_REASON = 500

export type Written =
  | { readonly is: 'ok'; readonly answer: unknown }
  | { readonly is: 'refused'; readonly status: number; readonly reason: string }

/** The sentence of an error answer, when it is one of i-delibRE and not the page of a proxy. */
const messageIn = (body: string): string | undefined => {
  try {
    const { message, detail } = Object(JSON.parse(body)) as { message?: unknown; detail?: unknown }
    const said = typeof message === 'string' ? message : typeof detail === 'string' ? detail : undefined
    return said?.replace(/\s+/gu, ' ').trim().replace(/\.$/u, '').slice(0, LONGEST_REASON)
  } catch {
    return undefined
  }
}

/** Turns a status that no caller expects into what the engine must do (`idelibre.md` §5). */
const failure = (status: number, body: string, { location }: { readonly location: string | undefined }): Error => {
  const said = messageIn(body)
  if (status >= 300 && status < 400)
    return new ConfigurationError(
      `i-delibRE renvoie vers une autre adresse (${location ?? 'non précisée'}). Corrigez l'adresse dans les réglages du connecteur.`,
    )
  if (status === 401)
    return new ConfigurationError(
      "i-delibRE refuse le jeton de l'API : il manque, il a été remplacé ou il a expiré. Demandez-en un nouveau et déposez-le dans les réglages du connecteur.",
    )
  if (status === 403)
    return new ConfigurationError(
      `Le compte n'a pas le droit d'effectuer cette opération dans i-delibRE (${said ?? 'accès interdit'}). Vérifiez la structure et les droits du compte.`,
    )
  if (status === 404 && said === undefined)
    return new ConfigurationError(
      "i-delibRE n'est pas à l'adresse indiquée : elle répond par une page inconnue. Corrigez-la dans les réglages du connecteur.",
    )
  if (status === 404)
    return new PermanentError(
      `i-delibRE ne trouve pas l'objet demandé (${said}) : la séance a sans doute été supprimée. Demandez au service des assemblées ce qu'il en est.`,
    )
  if (status === 408 || status === 429 || status >= 500)
    return new TemporaryError(
      `i-delibRE est momentanément indisponible (${said ?? `erreur ${status}`}). Un nouvel essai aura lieu.`,
    )
  return new PermanentError(`i-delibRE refuse la demande : ${said ?? `erreur ${status}`}.`)
}

/** Reads an unexpected answer and says it. */
export const failureOf = async (response: HttpResponse): Promise<Error> =>
  failure(response.status, await response.text(), { location: response.headers['location'] })

const REFUSALS = new Set([400, 409, 413, 415, 422])

/**
 * Sends something that i-delibRE keeps.
 * @throws TemporaryError `maybeSent` whenever it may have kept it
 */
export const write = async (client: HttpClient, request: HttpRequest): Promise<Written> => {
  const response = await client.request({ timeout: LONG, ...request })
  const { status } = response
  const body = await response.text()
  if (REFUSALS.has(status)) return { is: 'refused', status, reason: messageIn(body) ?? `erreur ${status}` }
  if (status >= 500)
    throw new TemporaryError(failure(status, body, { location: undefined }).message, { maybeSent: true })
  if (status < 200 || status >= 300) throw failure(status, body, { location: response.headers['location'] })
  try {
    return { is: 'ok', answer: JSON.parse(body) as unknown }
  } catch (cause) {
    throw new TemporaryError(
      "i-delibRE a peut-être enregistré l'envoi, mais sa réponse est illisible. Il va y être recherché avant d'être envoyé à nouveau.",
      { maybeSent: true, cause },
    )
  }
}

/**
 * Removes something, which may be gone already.
 * @throws TemporaryError `maybeSent` whenever it may have been removed
 */
export const remove = async (client: HttpClient, path: string): Promise<void> => {
  const response = await client.request({ method: 'DELETE', path, timeout: LONG })
  const { status } = response
  const body = await response.text()
  if ((status >= 200 && status < 300) || (status === 404 && messageIn(body) !== undefined)) return
  const refused = failure(status, body, { location: response.headers['location'] })
  throw status >= 500 ? new TemporaryError(refused.message, { maybeSent: true }) : refused
}
