import { ConfigurationError, PermanentError, TemporaryError } from '../../authoring/errors.ts'
import type { Clock } from '../../authoring/context.ts'
import type { Http, HttpRequest, HttpResponse } from '../../connectors/http.ts'

export interface ParapheurAccount {
  readonly url: string
  readonly username: string
  readonly password: string
  readonly authority?: Uint8Array | undefined
}

/** What lists give for each thing. */
export interface ParapheurNamed {
  readonly id: string
  readonly name: string
}

export interface ParapheurPage<T> {
  readonly content: readonly T[]
  readonly totalElements?: number
  readonly totalPages?: number
}

const API = '/api/standard/v1'
const TOKEN = '/auth/realms/api/protocol/openid-connect/token'
const PAGE_SIZE = 100
/** Tokens are renewed before they end, so that none dies on its way. */
const RENEW_AT = 0.8

const unexpected = (cause: unknown) =>
  new TemporaryError('Le parapheur a répondu autre chose que ce qui était attendu. Un nouvel essai aura lieu.', {
    cause,
  })

/** The sentence of the remote in an error answer, for the agent. */
export const parapheurMessage = async (response: HttpResponse): Promise<string> => {
  const body = await response.text()
  try {
    const { message, error } = JSON.parse(body) as { message?: string; error?: string }
    return [message, error].find(said => typeof said === 'string' && said !== '') ?? `erreur ${response.status}`
  } catch {
    return `erreur ${response.status}`
  }
}

/** Turns a status that no caller expects into what the engine must do. */
export const parapheurFailure = async (response: HttpResponse): Promise<Error> => {
  const { status } = response
  if (status >= 300 && status < 400)
    return new ConfigurationError(
      `Le parapheur renvoie vers une autre adresse (${response.headers['location'] ?? 'non précisée'}). Corrigez l'adresse dans les réglages du connecteur.`,
    )
  const message = await parapheurMessage(response)
  if (status === 401)
    return new TemporaryError(
      "Le parapheur refuse un jeton qu'il vient de donner : il redémarre sans doute. Un nouvel essai aura lieu.",
    )
  if (status === 403)
    return new ConfigurationError(
      `Le compte technique n'a pas le droit d'effectuer cette opération dans le parapheur (${message}). Vérifiez son rôle et son rattachement au bureau.`,
    )
  if (status === 409 || status === 429 || status >= 500)
    return new TemporaryError(`Le parapheur est momentanément indisponible (${message}). Un nouvel essai aura lieu.`)
  return new PermanentError(`Le parapheur refuse la demande : ${message}.`)
}

/** A session with the API of an i-Parapheur 5: one token for all calls, renewed in time, and paged lists. */
export const parapheurSession = (http: Http, clock: Clock, settings: ParapheurAccount) => {
  const { authority } = settings
  const client = http.client({ baseUrl: settings.url, ...(authority ? { tls: { ca: authority } } : {}) })

  let held: { readonly token: string; readonly renewAt: number } | undefined
  let asking: Promise<string> | undefined

  const askToken = async (): Promise<string> => {
    const asked = clock.now().getTime()
    const response = await client
      .request({
        method: 'POST',
        path: TOKEN,
        body: {
          form: {
            client_id: 'ipcore-web',
            grant_type: 'password',
            username: settings.username,
            password: settings.password,
          },
        },
      })
      .catch((error: unknown) => {
        // Asking for a token leaves no trace: nothing was sent, whatever the network did.
        throw error instanceof TemporaryError ? new TemporaryError(error.message, { cause: error }) : error
      })
    if (response.status === 400 || response.status === 401)
      throw new ConfigurationError(
        `Le parapheur refuse l'identifiant ou le mot de passe du compte technique « ${settings.username} ». Corrigez-les dans les réglages du connecteur.`,
      )
    if (response.status !== 200) throw await parapheurFailure(response)
    const { access_token: token, expires_in: life } = await response.json<{
      access_token?: unknown
      expires_in?: unknown
    }>()
    if (typeof token !== 'string' || token === '') throw unexpected('no access_token')
    held = { token, renewAt: asked + Number(life ?? 60) * 1000 * RENEW_AT }
    return token
  }

  const token = (): Promise<string> => {
    if (held && clock.now().getTime() < held.renewAt) return Promise.resolve(held.token)
    // Simultaneous calls share one request.
    asking ??= askToken().finally(() => (asking = undefined))
    return asking
  }

  const call = async (request: HttpRequest): Promise<HttpResponse> => {
    const authorised = async () => {
      const headers = { ...request.headers, authorization: `Bearer ${await token()}` }
      return client.request({ ...request, headers })
    }
    const response = await authorised()
    if (response.status !== 401) return response
    held = undefined
    return authorised()
  }

  const page = async <T>(path: string, query: Readonly<Record<string, string | number>>): Promise<ParapheurPage<T>> => {
    const response = await call({ path, query: { size: PAGE_SIZE, ...query }, headers: { accept: 'application/json' } })
    if (response.status === 404)
      throw new ConfigurationError(
        "L'entité ou le bureau indiqué n'existe pas dans le parapheur. Lancez « Tester » dans les réglages du connecteur pour voir ceux du compte.",
      )
    if (response.status !== 200) throw await parapheurFailure(response)
    const read = await response.json<ParapheurPage<T>>()
    if (!Array.isArray(read?.content)) throw unexpected(path)
    return read
  }

  /** Every line of a paged list, in order. Yields the total announced with each page, for those who care about lists that move. */
  async function* pages<T>(
    path: string,
    query: Readonly<Record<string, string | number>> = {},
  ): AsyncGenerator<ParapheurPage<T>> {
    for (let number = 0; ; number += 1) {
      const read = await page<T>(path, { ...query, page: number })
      yield read
      const isLast = read.totalPages === undefined ? read.content.length < PAGE_SIZE : number + 1 >= read.totalPages
      if (isLast || read.content.length === 0) return
    }
  }

  const list = async (path: string): Promise<readonly ParapheurNamed[]> => {
    const lines: ParapheurNamed[] = []
    for await (const { content } of pages<ParapheurNamed>(path)) lines.push(...content)
    return lines
  }

  return { api: API, call, pages, list }
}

export type ParapheurSession = ReturnType<typeof parapheurSession>
