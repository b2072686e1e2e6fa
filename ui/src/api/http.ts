import type { Answers } from '../../../core/client/api.ts'
import { createClient, type Arguments, type Called } from '../../../core/client/client.ts'
import { ApiError } from './errors.ts'

export { isAbort } from '../../../core/client/client.ts'

/** What the client must remember between two calls. */
export interface ApiState {
  csrf: string
  /** Called when the session is over (401 on anything but signing in). */
  onSignedOut: () => void
}

export const apiState: ApiState = { csrf: '', onSignedOut: () => {} }

const client = createClient({
  headers: (method): Readonly<Record<string, string>> => (method === 'GET' ? {} : { 'x-csrf-token': apiState.csrf }),
})

/** The address of an operation on this site, for a link or for what measures what it sends. */
export const { address } = client

/**
 * One call to the native API, by the session of the browser.
 * @returns the JSON answer, `undefined` when there is none (204)
 * @throws ApiError with a sentence; an aborted call throws the browser's `AbortError`
 */
export const call = async <K extends Called>(operation: K, ...given: Arguments<K>): Promise<Answers[K]> => {
  try {
    return await client.call(operation, ...given)
  } catch (error) {
    throw error instanceof ApiError ? signedOut(error) : error
  }
}

/** Tells the application when an answer means that the session is over, and passes the error on. */
export const signedOut = (error: ApiError): ApiError => {
  if (error.status === 401 && error.code !== 'identifiants_invalides') apiState.onSignedOut()
  return error
}
