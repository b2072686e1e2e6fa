import { createHash } from 'node:crypto'
import { canonicalJson } from './storable.ts'

/** A line of the journal as it is hashed: everything that is stored, except the hash itself. */
export interface ChainedLine {
  readonly entityId: string
  readonly seq: number
  readonly at: Date
  readonly documentId: string | null
  readonly kind: string
  readonly event: string
  readonly message: string
  readonly authorId: string | null
  readonly authorName: string | null
  readonly detail: unknown
  readonly prevHash: string
}

/** What the first line of an entity is chained to. */
export const GENESIS = '0'.repeat(64)

/** The canonical JSON of a line, the hash of the previous one included: what is hashed, to the byte. */
export const chainedText = (line: ChainedLine): string =>
  canonicalJson({
    entityId: line.entityId,
    seq: line.seq,
    at: line.at.toISOString(),
    documentId: line.documentId,
    kind: line.kind,
    event: line.event,
    message: line.message,
    authorId: line.authorId,
    authorName: line.authorName,
    detail: line.detail,
    prevHash: line.prevHash,
  })

/** SHA-256 (hexadecimal) of that text: changing any line breaks all that follow. */
export const hashOf = (line: ChainedLine): string => createHash('sha256').update(chainedText(line)).digest('hex')
