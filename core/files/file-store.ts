import type { Readable } from 'node:stream'

/** Bytes `start` to `end`, both included, as in an HTTP `Range`. */
export interface ByteRange {
  readonly start: number
  readonly end?: number
}

export interface StoredContent {
  /** Hexadecimal, lower case. */
  readonly sha256: string
  /** Bytes. */
  readonly size: number
}

/**
 * Where the contents rest: the seam between the hub and a disk, or an object store when several machines share. A driver knows
 * neither names nor media types. Contents are immutable and named by their digest, so writing one twice is harmless.
 */
export interface FileStore {
  /**
   * Takes a whole content in; durable when it returns. An error of `content` leaves nothing behind.
   * @param options.announce called once the content is known, before it takes its name: whoever sweeps then knows that it is wanted
   * @throws whatever `content` or `announce` throws
   */
  put(
    content: AsyncIterable<Uint8Array>,
    options?: { readonly announce?: ((stored: StoredContent) => Promise<void>) | undefined },
  ): Promise<StoredContent>
  /** @returns a stream that fails with FileMissingError when the content is not there. */
  open(sha256: string, range?: ByteRange): Readable
  stat(sha256: string): Promise<Pick<StoredContent, 'size'> | undefined>
  has(sha256: string): Promise<boolean>
  /** Nothing there is no error. Only the sweep calls it, which knows that nothing refers to it. */
  remove(sha256: string): Promise<void>
  readonly parts: PartStore
  /** Every content whose digest begins with these two digits: a 256th of the store. Names that are not digests are passed over. */
  shelf(digits: string): Promise<readonly StoredContent[]>
  /** Removes what interrupted writings left, older than `before`. @returns how many there were. */
  removeAbandoned(before: Date): Promise<number>
}

/**
 * Pieces of contents that arrive in several times, until they are whole. Whoever uses it names each piece once and keeps the names:
 * a piece is never written twice, so nobody woken late can overwrite what was received since.
 */
export interface PartStore {
  /** Durable when it returns. An error of `content` leaves nothing behind. @returns its size, in bytes */
  put(name: string, content: AsyncIterable<Uint8Array>): Promise<number>
  open(name: string): Readable
  /** Nothing there is no error. */
  remove(name: string): Promise<void>
}

/** A digest becomes a path: anything else would be a way out of the store. */
export const isDigest = (sha256: string): boolean => /^[0-9a-f]{64}$/u.test(sha256)
/** The shelves of a store, in order: `00` to `ff`. */
export const SHELVES: readonly string[] = Array.from({ length: 256 }, (_, rank) => rank.toString(16).padStart(2, '0'))
/** The same for the name of a part. */
export const isPartName = (name: string): boolean => /^[\w-]{1,64}$/u.test(name)
/** Where a content is in a store, whatever keeps it: a store may be copied from a disk to a bucket, and back. */
export const placeOf = (sha256: string): string => `${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`
