import { address, signedOut } from './http.ts'
import { toApiError } from './errors.ts'
import { request } from './request.ts'
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
 * Sends one file as the body of a PUT: fit for what is sent again without a thought when it is cut.
 * @throws ApiError, or an `AbortError` when the agent cancelled
 */
export const upload = async ({
  entityId,
  documentId,
  version,
  field,
  file,
  onProgress,
  signal,
}: Upload): Promise<DocumentView> => {
  const answer = await request({
    method: 'PUT',
    url: address('PUT /entites/{entityId}/documents/{documentId}/fichiers/{field}', {
      path: { entityId, documentId, field },
      query: { nom: file.name, version },
    }),
    headers: { 'content-type': file.type || 'application/octet-stream' },
    body: file,
    onSent: bytes => {
      if (file.size > 0) onProgress(Math.min(1, bytes / file.size))
    },
    signal,
  })
  if (answer.status < 200 || answer.status >= 300) throw signedOut(toApiError(answer.status, answer.responseText))
  return JSON.parse(answer.responseText) as DocumentView
}
