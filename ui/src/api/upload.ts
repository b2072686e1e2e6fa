import { address, apiState, signedOut } from './http.ts'
import { toApiError, unreachable } from './errors.ts'
import type { DocumentView } from './types.ts'

export interface Upload {
  readonly entityId: string
  readonly documentId: string
  readonly version: number
  readonly field: string
  readonly file: File
  /** Share of the bytes that left the browser, from 0 to 1. */
  readonly onProgress: (share: number) => void
  readonly signal: AbortSignal
}

/**
 * Sends one file as the body of a PUT. XMLHttpRequest because it measures what is sent, which `fetch` cannot.
 * @throws ApiError, or an `AbortError` when the agent cancelled
 */
export const upload = ({
  entityId,
  documentId,
  version,
  field,
  file,
  onProgress,
  signal,
}: Upload): Promise<DocumentView> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const path = `/entites/${entityId}/documents/${documentId}/fichiers/${encodeURIComponent(field)}`
    request.open('PUT', address(path, { nom: file.name, version }))
    request.setRequestHeader('x-csrf-token', apiState.csrf)
    request.setRequestHeader('accept', 'application/json')
    request.setRequestHeader('content-type', file.type || 'application/octet-stream')
    request.upload.onprogress = event => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total)
    }
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText) as DocumentView)
      else reject(signedOut(toApiError(request.status, request.responseText)))
    }
    request.onerror = () => reject(unreachable())
    request.onabort = () => reject(new DOMException('Envoi annulé', 'AbortError'))
    if (signal.aborted) return reject(new DOMException('Envoi annulé', 'AbortError'))
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(file)
  })
