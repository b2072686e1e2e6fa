import { type ApiError, toApiError, unreachable } from './errors.ts'

/** What the client must remember between two calls. */
export interface ApiState {
  csrf: string
  /** Called when the session is over (401 on anything but signing in). */
  onSignedOut: () => void
}

export const apiState: ApiState = { csrf: '', onSignedOut: () => {} }

export const BASE = '/api/v3'

type Query = Readonly<Record<string, string | number | null | undefined>>

/** Path and query under `/api/v3`; empty parameters are left out. */
export const address = (path: string, query: Query = {}): string => {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') parameters.set(name, String(value))
  }
  const search = parameters.toString()
  return `${BASE}${path}${search ? `?${search}` : ''}`
}

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  readonly query?: Query
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/**
 * One call to the native API.
 * @returns the JSON answer, `undefined` when there is none (204)
 * @throws ApiError with a sentence; an aborted call throws the browser's `AbortError`
 */
export const call = async <T>(path: string, { method = 'GET', query, body, signal }: Call = {}): Promise<T> => {
  const response = await fetch(address(path, query), {
    method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      ...(method === 'GET' ? {} : { 'x-csrf-token': apiState.csrf }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    throw isAbort(error) ? error : unreachable()
  })
  const text = await response.text()
  if (!response.ok) throw signedOut(toApiError(response.status, text))
  return (text === '' ? undefined : JSON.parse(text)) as T
}

/** Tells the application when an answer means that the session is over, and passes the error on. */
export const signedOut = (error: ApiError): ApiError => {
  if (error.status === 401 && error.code !== 'identifiants_invalides') apiState.onSignedOut()
  return error
}

export const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError'
