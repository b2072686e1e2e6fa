import { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { PermanentError, TemporaryError } from '../authoring/errors.ts'
import type { HttpResponse } from './http.ts'
import type { WatchedExchange } from './recorder-recording.ts'

/** What is read at once, so that an answer that nobody reads does not keep its connection busy. */
const READ_AT_ONCE = 64 * 1024

const inMegabytes = (bytes: number): string => `${Math.ceil(bytes / 1024 / 1024)} Mo`

const decoders: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/** Decompresses what the remote compressed; an error on either side ends both. */
const decoded = (body: Readable, encoding: string): Readable => {
  const decoder = decoders[encoding.trim().toLowerCase()]?.() as (Readable & NodeJS.WritableStream) | undefined
  if (!decoder) return body
  body.once('error', error => decoder.destroy(error))
  decoder.once('close', () => body.destroy())
  return body.pipe(decoder)
}

interface Incoming {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Readable
}

interface Reading {
  /** Name of the remote, for the sentences. */
  readonly host: string
  readonly maxBytes: number
  /** Says a failure of the network while the body is read. */
  failure(error: unknown): Error
  /** Told what is read, decompressed. */
  readonly watched?: WatchedExchange | undefined
}

const charsetOf = (type: string | undefined): string | undefined => /charset\s*=\s*"?([\w-]+)/iu.exec(type ?? '')?.[1]

const decode = (bytes: Uint8Array, label: string): string => {
  try {
    return new TextDecoder(label).decode(bytes)
  } catch {
    // A charset that nobody knows is no reason to lose the answer.
    return new TextDecoder().decode(bytes)
  }
}

/** Wraps an answer of the network. Returns when it is known to have begun well: small answers are already whole. */
export const receive = async (
  incoming: Incoming,
  { host, maxBytes, failure, watched }: Reading,
): Promise<HttpResponse> => {
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  ) as Record<string, string | undefined>
  const body = decoded(incoming.body, headers['content-encoding'] ?? '')
  const chunks = (body as AsyncIterable<Uint8Array, undefined>)[Symbol.asyncIterator]()
  watched?.answered(incoming.status, headers)
  const next = async () => {
    const read = await chunks.next().catch((error: unknown) => {
      throw failure(error)
    })
    if (read.value) watched?.chunk(read.value)
    if (read.done === true) watched?.ended()
    return read
  }

  const first: Uint8Array[] = []
  let size = 0
  let ended = false
  while (!ended && size < READ_AT_ONCE) {
    const { value, done } = await next()
    ended = done === true
    if (value) {
      first.push(value)
      size += value.length
    }
  }

  let lost: Error | undefined
  async function* everything(): AsyncGenerator<Uint8Array> {
    try {
      yield* first
      while (!ended) {
        const { value, done } = await next()
        if (done) return
        yield value
      }
    } catch (error) {
      lost = error instanceof Error ? error : new Error(String(error))
      throw error
    } finally {
      if (!ended) body.destroy()
    }
  }

  const bytes = async (): Promise<Uint8Array> => {
    const read: Uint8Array[] = []
    let total = 0
    for await (const chunk of everything()) {
      total += chunk.length
      if (total > maxBytes)
        throw new PermanentError(
          `La réponse de ${host} dépasse ${inMegabytes(maxBytes)}, ce qui n'est pas normal pour cet échange. Prévenez l'exploitant du service.`,
        )
      read.push(chunk)
    }
    return Buffer.concat(read)
  }
  const text = async (charset?: string): Promise<string> =>
    decode(await bytes(), charset ?? charsetOf(headers['content-type']) ?? 'utf-8')

  return {
    status: incoming.status,
    headers,
    text,
    bytes,
    async json<T>() {
      const read = await text()
      try {
        return JSON.parse(read) as T
      } catch (cause) {
        throw new TemporaryError(
          `${host} a répondu autre chose que ce qui était attendu (sans doute une page de maintenance ou d'un serveur mandataire). Un nouvel essai aura lieu.`,
          { cause },
        )
      }
    },
    stream: () => Readable.from(everything(), { objectMode: false }),
    async saveTo(files, name) {
      try {
        return await files.save(Readable.from(everything(), { objectMode: false }), name)
      } catch (error) {
        // The store wraps what interrupts it; the network's own reason says more, and decides of a new try.
        throw lost ?? error
      }
    },
  }
}
