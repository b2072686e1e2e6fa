import { address, signedOut } from './http.ts'
import { ApiError, toApiError } from './errors.ts'
import { request, type Sent } from './request.ts'

/** Beyond, a file is sent in a way that survives a cut. */
export const LARGE = 5 * 1_048_576

/** Milliseconds before each new try without any progress in between; then the agent is told. */
const PAUSES: readonly number[] = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000]

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

const TUS = { 'tus-resumable': '1.0.0' }

const encoded = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)))

/** A cut, a server that restarts, an answer that crossed another: where the upload stands is asked, and it goes on. */
const isPassing = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 0 || error.status >= 500 || error.code === 'depot_decale')

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    const stop = () => {
      clearTimeout(timer)
      reject(new DOMException('Envoi annulé', 'AbortError'))
    }
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })

const asked = async (sent: Sent): Promise<XMLHttpRequest> => {
  const answer = await request(sent)
  if (answer.status < 200 || answer.status >= 300) throw signedOut(toApiError(answer.status, answer.responseText))
  return answer
}

/**
 * Sends a file to a waiting upload (tus), and goes on by itself after a cut from where the server stopped. It waits a day, and is used
 * once: the answer is the value to give to a field.
 * @throws ApiError when nothing more got through after the last try, or for a refusal; an `AbortError` when the agent cancelled
 */
export const stage = async (
  entityId: string,
  { file, onProgress, signal }: Staging,
  pauses: readonly number[] = PAUSES,
): Promise<StagedFile> => {
  let failures = 0
  /** Does it again after a pause while what happens passes by itself. */
  const insist = async <T>(work: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        const ms = pauses[failures]
        if (!isPassing(error) || ms === undefined) throw error
        failures += 1
        await pause(ms, signal)
      }
    }
  }
  const created = await insist(() =>
    asked({
      method: 'POST',
      url: address('POST /entites/{entityId}/depots', { path: { entityId } }),
      headers: { ...TUS, 'upload-length': String(file.size), 'upload-metadata': `filename ${encoded(file.name)}` },
      signal,
    }),
  )
  const { id, name } = JSON.parse(created.responseText) as { readonly id: string; readonly name: string }
  const url = address('PATCH /entites/{entityId}/depots/{uploadId}', { path: { entityId, uploadId: id } })
  const kept = async (): Promise<number> =>
    Number((await asked({ method: 'HEAD', url, headers: TUS, signal })).getResponseHeader('upload-offset'))

  let offset = 0
  await insist(async () => {
    if (failures > 0) {
      const before = offset
      offset = await kept()
      if (offset > before) failures = 0
    }
    if (offset === file.size) return
    await asked({
      method: 'PATCH',
      url,
      headers: { ...TUS, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
      body: file.slice(offset),
      onSent: bytes => onProgress(Math.min(1, (offset + bytes) / file.size)),
      signal,
    })
  })
  return { upload: id, name, size: file.size }
}
