import { randomUUID } from 'node:crypto'
import { Agent } from 'undici'
import type { Files, Log } from '../authoring/context.ts'
import { ConfigurationError } from '../authoring/errors.ts'
import type { Http, HttpClient, HttpOptions, HttpRequest, HttpResponse } from './http.ts'
import { receive } from './http-client-answer.ts'
import { outgoingBody } from './http-client-body.ts'
import { guardedConnector } from './http-client-connection.ts'
import { isLostConnection, toFailure } from './http-client-failure.ts'
import type { Recording, WatchedExchange } from './recorder-recording.ts'

export interface HttpSettings {
  /** Bodies are read from it. */
  readonly files: Files
  readonly log: Log
  /** Inner networks that connectors may reach, CIDR. None unless the platform says so. */
  readonly allowedRanges?: readonly string[]
  /** What the call under way is being recorded in, if it is. */
  readonly recording?: () => Recording | undefined
  /** Told at each answer how long the remote asks to wait, in milliseconds (`Retry-After` of a 429 or a 503). */
  readonly asked?: (patience: number | undefined) => void
  /** Milliseconds for a connection to be open, handshake included: 10 s unless told. */
  readonly connectTimeout?: number
}

/** The door, and what closes it. */
export interface ClosableHttp extends Http {
  /** Ends pooled connections. Requests in flight fail. */
  close(): Promise<void>
}

const SILENCE_TIMEOUT = 60_000
const MAX_BYTES = 10 * 1024 * 1024
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'PROPFIND'])
const SECRET_PARAMETER = /hash|pass|secret|token|key|nonce|nounce|signature|code/iu

const toUrl = (baseUrl: string, { path, query = {} }: HttpRequest): URL => {
  const url = new URL(
    baseUrl.replace(/\/+$/u, '') + (path === '' || path.startsWith('/') || path.startsWith('?') ? path : `/${path}`),
  )
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.append(name, String(value))
  return url
}

/** What a remote that is busy asks to wait: seconds, or a date, read by its own clock. */
export const patienceOf = ({ status, headers }: Pick<HttpResponse, 'status' | 'headers'>): number | undefined => {
  const said = status === 429 || status === 503 ? headers['retry-after']?.trim() : undefined
  if (said === undefined || said === '') return undefined
  const patience = /^\d+$/u.test(said) ? Number(said) * 1000 : Date.parse(said) - Date.parse(headers['date'] ?? '')
  return Number.isFinite(patience) ? Math.max(0, patience) : undefined
}

/** The address as a log may show it: secrets of the query masked. */
const shown = (url: URL): string => {
  const masked = new URL(url)
  masked.username = masked.password = ''
  for (const name of new Set(masked.searchParams.keys()))
    if (SECRET_PARAMETER.test(name)) masked.searchParams.set(name, '***')
  return masked.toString()
}

const parseBase = (baseUrl: string): URL => {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new ConfigurationError(
    `« ${baseUrl} » n'est pas une adresse web : écrire par exemple « https://parapheur.exemple.fr ».`,
  )
}

/** The client of HTTP connectors, over undici. One pool of connections per client; redirects are answers. */
export const createHttp = ({
  files,
  log,
  allowedRanges = [],
  recording = () => undefined,
  asked = () => undefined,
  connectTimeout = 10_000,
}: HttpSettings): ClosableHttp => {
  const agents = new Set<Agent>()

  const client = (options: HttpOptions): HttpClient => {
    let agent: Agent | undefined
    // Made at the first request: preparing a connector never fails, using it says what is wrong.
    const pool = (): Agent => {
      agent ??= new Agent({
        connect: guardedConnector(allowedRanges, options.tls, connectTimeout),
        pipelining: 1,
        keepAliveTimeout: 4_000,
      })
      agents.add(agent)
      return agent
    }
    const fixedHeaders = {
      'accept-encoding': 'gzip, deflate',
      'user-agent': 'Passeur',
      ...options.headers,
      ...(options.basic
        ? {
            authorization: `Basic ${Buffer.from(`${options.basic.user}:${options.basic.password}`).toString('base64')}`,
          }
        : {}),
    }

    const watch = (request: HttpRequest, url: URL, requestId: string): WatchedExchange | undefined => {
      const watched = recording()
      if (!watched) return undefined
      if (options.basic) watched.know(options.basic.password)
      const headers = { ...fixedHeaders, 'x-request-id': requestId, ...request.headers }
      return watched.http({ method: request.method ?? 'GET', url, headers, body: request.body })
    }

    const attempt = async (
      request: HttpRequest,
      url: URL,
      { requestId, watched }: { readonly requestId: string; readonly watched: WatchedExchange | undefined },
    ) => {
      const method = request.method ?? 'GET'
      const timeout = request.timeout ?? SILENCE_TIMEOUT
      const failure = (error: unknown) => toFailure(error, { host: url.host, safe: SAFE_METHODS.has(method) })
      const body = outgoingBody(request.body, files)
      const answer = await pool()
        .request({
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method: method,
          headersTimeout: timeout,
          bodyTimeout: timeout,
          headers: {
            ...fixedHeaders,
            'x-request-id': requestId,
            ...(body ? { 'content-type': body.type } : {}),
            ...(body?.length === undefined ? {} : { 'content-length': String(body.length) }),
            ...request.headers,
          },
          ...(body ? { body: body.content } : {}),
        })
        .catch((error: unknown) => {
          throw failure(error)
        })
      return receive(
        { status: answer.statusCode, headers: answer.headers, body: answer.body },
        { host: url.host, maxBytes: request.maxBytes ?? MAX_BYTES, failure, watched },
      )
    }

    return {
      async request(request) {
        parseBase(options.baseUrl)
        const url = toUrl(options.baseUrl, request)
        const method = request.method ?? 'GET'
        const facts = { requestId: randomUUID(), method, url: shown(url) }
        const started = performance.now()
        const elapsed = () => Math.round(performance.now() - started)
        const watched = watch(request, url, facts.requestId)
        const ways = { requestId: facts.requestId, watched }
        try {
          const response = await attempt(request, url, ways).catch((error: unknown) => {
            // A connection of the pool that the server has closed meanwhile: asking again costs nothing when nothing changes there.
            if (!isLostConnection(error) || (method !== 'GET' && method !== 'HEAD')) throw error
            return attempt(request, url, ways)
          })
          asked(patienceOf(response))
          log.info({ ...facts, status: response.status, ms: elapsed() }, 'Réponse du service distant')
          return response
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error)
          watched?.failed(reason)
          log.warn({ ...facts, ms: elapsed(), reason }, "Échec de l'échange")
          throw error
        }
      },
    }
  }

  return {
    client,
    close: async () => {
      const closing = [...agents].map(agent => agent.destroy())
      agents.clear()
      await Promise.all(closing)
    },
  }
}
