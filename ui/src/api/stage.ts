import { toApiError, unreachable } from './errors.ts'
import { address, apiState, signedOut } from './http.ts'

/** A file that waits on the server until the values of a document use it. */
export interface StagedFile {
  readonly upload: string
  readonly name: string
  /** Bytes. */
  readonly size: number
}

export interface Staging {
  readonly file: File
  /** Share of the bytes that left the browser, from 0 to 1. */
  readonly onProgress: (share: number) => void
  readonly signal: AbortSignal
}

const base64 = (text: string): string => btoa(String.fromCodePoint(...new TextEncoder().encode(text)))

/**
 * Announces a file and sends it in one request (tus, creation with upload). It waits a day, and is used once.
 * @throws ApiError, or an `AbortError` when the agent cancelled
 */
export const stage = (entityId: string, { file, onProgress, signal }: Staging): Promise<StagedFile> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', address(`/entites/${entityId}/depots`))
    request.setRequestHeader('x-csrf-token', apiState.csrf)
    request.setRequestHeader('accept', 'application/json')
    request.setRequestHeader('tus-resumable', '1.0.0')
    request.setRequestHeader('upload-length', String(file.size))
    request.setRequestHeader('upload-metadata', `filename ${base64(file.name)}`)
    request.setRequestHeader('content-type', 'application/offset+octet-stream')
    request.upload.onprogress = event => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total)
    }
    request.onload = () => {
      if (request.status !== 201) return reject(signedOut(toApiError(request.status, request.responseText)))
      const { id, name } = JSON.parse(request.responseText) as { readonly id: string; readonly name: string }
      resolve({ upload: id, name, size: file.size })
    }
    request.onerror = () => reject(unreachable())
    request.onabort = () => reject(new DOMException('Envoi annulé', 'AbortError'))
    if (signal.aborted) return reject(new DOMException('Envoi annulé', 'AbortError'))
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(file)
  })
