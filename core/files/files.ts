import { PassThrough, Readable, Transform } from 'node:stream'
import type { Files } from '../authoring/context.ts'
import type { FileRef } from '../authoring/values.ts'
import { diskStore } from './disk-store.ts'
import { FileTooLargeError } from './errors.ts'
import type { ByteRange, FileStore } from './file-store.ts'
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
  removeAbandoned(before: Date): Promise<number>
}

/** The store of the hub. `folder` for a local disk, or any `store` (S3…); `maxBytes` bounds every content. */
export const createFiles = (
  options: ({ readonly folder: string } | { readonly store: FileStore }) & SaveOptions,
): StoredFiles => {
  const store = 'store' in options ? options.store : diskStore(options.folder)
  return {
    open: (ref, range) => store.open(ref.sha256, range),
    async save(content, name, { maxBytes } = {}) {
      const clean = cleanName(name)
      const limit = Math.min(maxBytes ?? Infinity, options.maxBytes ?? Infinity)
      const head = headOf(clean, limit)
      const stored = await store.put(pipe(toStream(content), head.stream))
      return { ...stored, name: clean, type: await recognise(head.bytes(), clean) }
    },
    has: ref => store.has(ref.sha256),
    stat: ref => store.stat(ref.sha256),
    removeAbandoned: before => store.removeAbandoned(before),
  }
}

const toStream = (content: Readable | Uint8Array | string): Readable => {
  if (content instanceof Readable) return content
  const stream = new PassThrough()
  stream.end(content)
  return stream
}

/** `pipe` alone forgets errors: one end's failure must end the other. */
const pipe = (source: Readable, through: Transform): Transform => {
  source.on('error', error => through.destroy(error))
  source.on('close', () => {
    // A socket closed before its end gives no error, and would look like a shorter file.
    if (!source.readableEnded && !through.destroyed) through.destroy(new Error('La réception du fichier a été interrompue.'))
  })
  through.on('close', () => source.destroy())
  return source.pipe(through)
}

/** Lets a content through, keeps its first bytes and stops it at the limit. */
const headOf = (name: string, limit: number) => {
  const kept: Buffer[] = []
  let size = 0
  let keptSize = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      if (size > limit) {
        done(new FileTooLargeError(name, limit))
        return
      }
      if (keptSize < HEAD_SIZE) {
        // Copied: a slice would keep alive the whole chunk it comes from.
        const part = Buffer.from(chunk.subarray(0, HEAD_SIZE - keptSize))
        kept.push(part)
        keptSize += part.length
      }
      done(null, chunk)
    },
  })
  return { stream, bytes: () => Buffer.concat(kept) }
}
