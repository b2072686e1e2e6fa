import type { Db } from '../db/knex.ts'
import type { Entry } from '../engine/model.ts'

/** A line of the journal as stored. */
export interface StoredLine {
  /** Position in the chain of the entity, from 1. */
  readonly seq: number
  readonly at: Date
  readonly documentId: string | null
  readonly kind: Entry['kind']
  readonly event: string
  readonly message: string
  readonly authorId: string | null
  readonly authorName: string | null
  readonly detail: Readonly<Record<string, unknown>> | null
  readonly hash: string
}

interface Row extends Omit<StoredLine, 'seq'> {
  readonly seq: string
}

export interface JournalPage {
  readonly lines: readonly StoredLine[]
  /** Cursor of the next page, `null` on the last one. */
  readonly next: string | null
}

const COLUMNS = [
  'seq',
  'at',
  'documentId',
  'kind',
  'event',
  'message',
  'authorId',
  'authorName',
  'detail',
  'hash',
] as const

const linesOf = (db: Db, { entityId, documentId }: { readonly entityId: string; readonly documentId: string }) =>
  db('journal')
    .where({ entityId, documentId })
    .select<Row[]>(...COLUMNS)

/**
 * The history of a document, newest first, page by page.
 * @param page `after`: cursor given by the previous page; `limit`: 50 lines unless told
 */
export const readJournal = async (
  db: Db,
  document: { readonly entityId: string; readonly documentId: string },
  page: { readonly after?: string | undefined; readonly limit?: number | undefined } = {},
): Promise<JournalPage> => {
  const limit = page.limit ?? 50
  const query = linesOf(db, document)
    .orderBy('seq', 'desc')
    .limit(limit + 1)
  if (page.after !== undefined) query.where('seq', '<', page.after)
  const rows = await query
  const lines = rows.slice(0, limit).map(row => ({ ...row, seq: Number(row.seq) }))
  return { lines, next: rows.length > limit ? String(lines.at(-1)?.seq) : null }
}

/** The whole history of a document, oldest first: what goes into an archive. */
export const wholeJournal = async (
  db: Db,
  document: { readonly entityId: string; readonly documentId: string },
): Promise<readonly StoredLine[]> => {
  const rows = await linesOf(db, document).orderBy('seq')
  return rows.map(row => ({ ...row, seq: Number(row.seq) }))
}
