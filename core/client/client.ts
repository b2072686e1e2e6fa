import { API_PREFIX, type Answers, type Requests } from './api.ts'
import { toApiError, unreachable } from './problem.ts'

/** « GET /entites/{entityId}/documents »: a method and an address, as the description of the API writes them. */
export type OperationName = keyof Requests
/** Operations that answer JSON, or nothing. */
export type Called = { [K in OperationName]: Answers[K] extends Response ? never : K }[OperationName]

interface Going {
  readonly signal?: AbortSignal | undefined
}
type Given<K extends OperationName> = Requests[K] & Going
/** What has nothing that must be given may be asked for without anything. */
export type Arguments<K extends OperationName> = object extends Requests[K] ? [given?: Given<K>] : [given: Given<K>]

export interface ClientOptions {
  /** Where the platform is (`https://passeur.exemple.fr`); nothing for the site that the page comes from. */
  readonly origin?: string
  /** Headers of each request: who asks. Read at each call. */
  readonly headers?: (method: string) => Readonly<Record<string, string>>
  /** `globalThis.fetch` unless told. */
  readonly fetch?: typeof fetch
}

export interface ApiClient {
  /**
   * One call.
   * @returns the JSON answer, `undefined` when there is none (204)
   * @throws ApiError with a sentence; an aborted call throws the `AbortError` of fetch
   */
  call<K extends Called>(operation: K, ...given: Arguments<K>): Promise<Answers[K]>
  /** The same, answered as it comes: files, pages, events. @throws ApiError */
  open<K extends OperationName>(operation: K, ...given: Arguments<K>): Promise<Response>
  /** The address of an operation, to put in a link. */
  address<K extends OperationName>(operation: K, ...given: Arguments<K>): string
}

/** What any operation takes. */
interface AnyGiven extends Going {
  readonly path?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
  readonly idempotencyKey?: string
  readonly ifMatch?: number
}

const addressOf = (origin: string, template: string, { path = {}, query = {} }: AnyGiven): string => {
  const filled = template.replaceAll(/\{(\w+)\}/gu, (_, name: string) => encodeURIComponent(path[name] ?? ''))
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') parameters.set(name, String(value))
  const search = parameters.toString()
  return `${origin}${API_PREFIX}${filled}${search ? `?${search}` : ''}`
}

const headersOf = ({ body, idempotencyKey, ifMatch }: AnyGiven): Readonly<Record<string, string>> => ({
  ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
})

export const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError'

/** A client of the API whose types are those of its description. */
export const createClient = ({
  origin = '',
  headers = () => ({}),
  fetch: ask = (...given) => globalThis.fetch(...given),
}: ClientOptions = {}): ApiClient => {
  const parts = (operation: string) => {
    const space = operation.indexOf(' ')
    return { method: operation.slice(0, space), template: operation.slice(space + 1) }
  }

  const sent = async (operation: string, given: AnyGiven): Promise<Response> => {
    const { method, template } = parts(operation)
    const response = await ask(addressOf(origin, template, given), {
      method,
      headers: { accept: 'application/json', ...headers(method), ...headersOf(given) },
      ...(given.body === undefined ? {} : { body: JSON.stringify(given.body) }),
      ...(given.signal ? { signal: given.signal } : {}),
    }).catch((error: unknown) => {
      throw isAbort(error) ? error : unreachable(error)
    })
    if (!response.ok) throw toApiError(response.status, await response.text())
    return response
  }

  return {
    async call<K extends Called>(operation: K, given?: AnyGiven) {
      const text = await (await sent(operation, given ?? {})).text()
      return (text === '' ? undefined : JSON.parse(text)) as Answers[K]
    },
    open: (operation, given?: AnyGiven) => sent(operation, { ...given }),
    address: (operation, given?: AnyGiven) => addressOf(origin, parts(operation).template, given ?? {}),
  }
}
