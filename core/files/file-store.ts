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
   * @throws whatever `content` throws
   */
  put(content: AsyncIterable<Uint8Array>): Promise<StoredContent>
  /** @returns a stream that fails with FileMissingError when the content is not there. */
  open(sha256: string, range?: ByteRange): Readable
  stat(sha256: string): Promise<Pick<StoredContent, 'size'> | undefined>
  has(sha256: string): Promise<boolean>
  readonly parts: PartStore
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
