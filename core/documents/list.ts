import type { Db } from '../db/knex.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import { errors } from '../errors.ts'
import { DocumentModel, SUMMARY_COLUMNS } from './model.ts'
import { summaryOf, type DocumentSummary } from './views.ts'

export interface DocumentQuery {
  readonly entityId: string
  /** Flows that the caller may read there: nothing else is ever listed. */
  readonly readable: readonly string[]
  readonly flow?: string | undefined
  readonly state?: string | undefined
  /** Created at this instant or later. */
  readonly createdFrom?: Date | undefined
  /** Created before this instant. */
  readonly createdBefore?: Date | undefined
  /** Words, beginnings of words, identifiers. */
  readonly text?: string | undefined
  /** Cursor given by the previous page. */
  readonly after?: string | undefined
  /** 50 unless told. */
  readonly limit?: number | undefined
}

export interface DocumentPage {
  readonly items: readonly DocumentSummary[]
  readonly next: string | null
}

const encode = (createdAt: Date, id: string): string =>
  Buffer.from(`${createdAt.toISOString()} ${id}`).toString('base64url')

const decode = (cursor: string): readonly [Date, string] => {
  const [at = '', id = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ')
  const date = new Date(at)
  if (Number.isNaN(date.getTime()) || !id)
    throw errors.badRequest({ detail: 'Le curseur « apres » est illisible : repartir de la première page.' })
  return [date, id]
}

/**
 * A page of documents of an entity, newest first. Keyset pagination on an index: the cost is that of the page, whatever the
 * history holds, and nothing is counted.
 */
export const listDocuments = async (db: Db, flows: FlowRegistry, query: DocumentQuery): Promise<DocumentPage> => {
  const limit = Math.min(query.limit ?? 50, 200)
  const wanted = query.flow === undefined ? query.readable : query.readable.filter(flow => flow === query.flow)
  if (wanted.length === 0) return { items: [], next: null }
  const rows = DocumentModel.query(db)
    .where({ entityId: query.entityId })
    .whereIn('flowId', [...wanted])
    .orderBy([
      { column: 'createdAt', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(limit + 1)
    .select(...SUMMARY_COLUMNS)
  if (query.state !== undefined) rows.where({ state: query.state })
  if (query.createdFrom) rows.where('createdAt', '>=', query.createdFrom)
  if (query.createdBefore) rows.where('createdAt', '<', query.createdBefore)
  if (query.text !== undefined && query.text.trim() !== '') {
    // Two readings of what was typed: words as French stems them, and the beginning of each as it is written.
    const beginnings = (query.text.match(/[\p{L}\p{N}]+/gu) ?? []).map(word => `${word}:*`).join(' & ')
    rows.whereRaw(
      "(search @@ websearch_to_tsquery('passeur_fr', ?) or search @@ to_tsquery('simple', sans_accent(?)))",
      [query.text, beginnings],
    )
  }
  if (query.after !== undefined) {
    const [at, id] = decode(query.after)
    rows.whereRaw('(created_at, id) < (?, ?)', [at, id])
  }
  const found = await rows
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map(row => summaryOf(flows.current(row.flowId), row)),
    next: found.length > limit && last ? encode(last.createdAt, last.id) : null,
  }
}
