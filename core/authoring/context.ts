import type { Readable } from 'node:stream'
import type { FieldSpec } from './fields.ts'
import type { FileRef } from './values.ts'

/** The clock is a dependency: the engine and the connectors never ask the machine for the time. */
export interface Clock {
  now(): Date
}

/** Structured log; secrets are masked by whoever writes them, and again by the logger. */
export interface Log {
  debug(facts: object, message: string): void
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

/** The file store as authors see it. Content is streamed both ways and never whole in memory. */
export interface Files {
  /** The stream fails when the content is not in the store. `range`: only these bytes, both ends included. */
  open(ref: Pick<FileRef, 'sha256'>, range?: { readonly start: number; readonly end?: number }): Readable
  /** Stores a content and recognises its media type. Saving the same content twice stores it once. */
  save(content: Readable | Uint8Array | string, name: string): Promise<FileRef>
}

/** One line of the history of a document. */
export interface JournalLine {
  readonly at: Date
  /** Full name of the state reached or the task run. */
  readonly event: string
  readonly message: string
  /** Who acted; `undefined` is the system. */
  readonly author?: string | undefined
  readonly hash?: string | undefined
}

/** A whole document, for the connectors that carry it away (deposits, archives). */
export interface DocumentContents {
  readonly id: string
  readonly title: string
  readonly flow: { readonly id: string; readonly label: string }
  readonly entity: { readonly id: string; readonly name: string; readonly siren?: string | undefined }
  readonly createdAt: Date
  /** Every field by its full name (`objet`, `tdtActes.numero`), with what it is. */
  readonly fields: Readonly<Record<string, FieldSpec>>
  /** Values by the same names. */
  readonly values: Readonly<Record<string, unknown>>
}
