import { apiState } from './http.ts'
import { unreachable } from './errors.ts'

export interface Sent {
  readonly method: 'HEAD' | 'POST' | 'PUT' | 'PATCH'
  /** Path and query on this site. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Blob
  /** Bytes that left the browser. */
  readonly onSent?: (bytes: number) => void
  readonly signal: AbortSignal
}

const cancelled = () => new DOMException('Envoi annulé', 'AbortError')

/**
 * One request that measures what is sent, which `fetch` cannot: XMLHttpRequest.
 * @returns what the server answered, whatever its status
 * @throws ApiError of status 0 when it could not be reached, an `AbortError` when the agent cancelled
 */
export const request = ({ method, url, headers, body, onSent, signal }: Sent): Promise<XMLHttpRequest> =>
  new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    xhr.open(method, url)
    xhr.setRequestHeader('x-csrf-token', apiState.csrf)
    xhr.setRequestHeader('accept', 'application/json')
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value)
    xhr.upload.onprogress = event => onSent?.(event.loaded)
    xhr.onload = () => resolve(xhr)
    xhr.onerror = () => reject(unreachable())
    xhr.onabort = () => reject(cancelled())
    if (signal.aborted) return reject(cancelled())
    signal.addEventListener('abort', () => xhr.abort(), { once: true })
    xhr.send(body ?? null)
  })
