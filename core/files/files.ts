import { PassThrough, Readable } from 'node:stream'
import type { Files } from '../authoring/context.ts'
import type { FileRef } from '../authoring/values.ts'
import { diskStore } from './disk-store.ts'
import { FileTooLargeError } from './errors.ts'
import type { ByteRange, FileStore, PartStore, StoredContent } from './file-store.ts'
import { HEAD_SIZE, recognise } from './media-types.ts'
import { cleanName } from './names.ts'

export interface SaveOptions {
  /** Largest content accepted, in bytes. */
  readonly maxBytes?: number | undefined
}

/** The file store as the hub sees it: what authors have, plus limits, ranges and housekeeping. */
export interface StoredFiles extends Files {
  /** `range` serves HTTP `Range` requests; both ends are included. */
  open(ref: Pick<FileRef, 'sha256'>, range?: ByteRange): Readable
  /** @throws FileTooLargeError beyond `maxBytes`: reading stops there, nothing is kept. */
  save(content: Readable | Uint8Array | string, name: string, options?: SaveOptions): Promise<FileRef>
  has(ref: Pick<FileRef, 'sha256'>): Promise<boolean>
  stat(ref: Pick<FileRef, 'sha256'>): Promise<{ readonly size: number } | undefined>
  /** Only for the sweep (`sweep.ts`), which knows that nothing refers to it. */
  remove(ref: Pick<FileRef, 'sha256'>): Promise<void>
  /** A 256th of the contents, for the survey (`survey.ts`). */
  shelf(digits: string): Promise<readonly StoredContent[]>
  removeAbandoned(before: Date): Promise<number>
  /** Pieces of uploads that are not whole yet. */
  readonly parts: PartStore
}

/** The store of the hub. `folder` for a local disk, or any `store` (S3…); `maxBytes` bounds every content. */
export const createFiles = (
  options: ({ readonly folder: string } | { readonly store: FileStore }) &
    SaveOptions & {
      /** Told of every content before it takes its name (`sweep.ts`). */
      readonly announce?: ((stored: StoredContent) => Promise<void>) | undefined
    },
): StoredFiles => {
  const store = 'store' in options ? options.store : diskStore(options.folder)
  return {
    open: (ref, range) => store.open(ref.sha256, range),
    async save(content, name, { maxBytes } = {}) {
      const clean = cleanName(name)
      const limit = Math.min(maxBytes ?? Infinity, options.maxBytes ?? Infinity)
      const source = toStream(content)
      const watched = watch(source, clean, limit)
      try {
        const stored = await store.put(watched.content, { announce: options.announce })
        return { ...stored, name: clean, type: await recognise(watched.head(), clean) }
      } finally {
        source.destroy()
      }
    },
    has: ref => store.has(ref.sha256),
    stat: ref => store.stat(ref.sha256),
    remove: ref => store.remove(ref.sha256),
    shelf: digits => store.shelf(digits),
    removeAbandoned: before => store.removeAbandoned(before),
    parts: store.parts,
  }
}

const toStream = (content: Readable | Uint8Array | string): Readable => {
  if (content instanceof Readable) return content
  const stream = new PassThrough()
  stream.end(content)
  return stream
}

const interrupted = (cause: unknown) =>
  new Error('La réception du fichier a été interrompue : envoyez-le à nouveau.', { cause })

/** Lets a content through, keeps its first bytes and stops it at the limit. */
const watch = (source: Readable, name: string, limit: number) => {
  const kept: Uint8Array[] = []
  // Reading starts later: an error until then would be nobody's. The iteration below meets it again.
  const fail = (error: Error) => source.destroy(error)
  source.on('error', fail)
  async function* content(): AsyncGenerator<Uint8Array> {
    let size = 0
    let keptSize = 0
    try {
      for await (const piece of source as AsyncIterable<Uint8Array | string>) {
        const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece
        size += chunk.length
        if (size > limit) throw new FileTooLargeError(name, limit)
        if (keptSize < HEAD_SIZE) {
          // Copied: a view would keep alive the whole chunk it comes from.
          const part = Uint8Array.from(chunk.subarray(0, HEAD_SIZE - keptSize))
          kept.push(part)
          keptSize += part.length
        }
        yield chunk
      }
    } catch (error) {
      // A socket closed before its end must not pass for a shorter file.
      throw isClosedEarly(error) ? interrupted(error) : error
    }
  }
  return { content: content(), head: () => Buffer.concat(kept) }
}

const isClosedEarly = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
