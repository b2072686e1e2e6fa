import type { Db } from '../db/knex.ts'
import { DRAFT } from '../engine/model.ts'
import { DocumentModel, SUMMARY_COLUMNS } from './model.ts'

/** A state, and for the draft whether it has been changed since the document was created. */
export interface StateWanted {
  readonly state: string
  readonly changed?: boolean | undefined
}

/** Bounds, both left out. */
export interface Period {
  readonly after?: Date | undefined
  readonly before?: Date | undefined
}

export interface DocumentSearch {
  readonly entityId: string
  /** Flows that the caller may read there: nothing else is ever listed. */
  readonly readable: readonly string[]
  /** Part of the title, whatever the case; `%` and `_` stand for anything. */
  readonly title?: string | undefined
  /** In one of these states now. */
  readonly states?: readonly StateWanted[] | undefined
  /** Entered its present state in this period. */
  readonly stateSince?: Period | undefined
  /** Entered one of these states, in this period; a document that did so twice is listed twice. */
  readonly entered?: (Period & { readonly states: readonly string[] }) | undefined
  /** Never entered any of these states. */
  readonly neverEntered?: readonly string[] | undefined
  /** Parts of indexed values, by full name of the field; all of them. */
  readonly indexed?: Readonly<Record<string, string>> | undefined
  /** Only documents of which something is indexed, whatever it holds. */
  readonly withIndex?: true | undefined
  /** `{ field }`: an indexed field. */
  readonly orderBy?: 'stateSince' | 'title' | { readonly field: string } | undefined
  readonly ascending?: boolean | undefined
  readonly offset?: number | undefined
  readonly limit: number
}

/** What a search finds: the columns of a list, as the database holds them. */
export type FoundDocument = Pick<DocumentModel, (typeof SUMMARY_COLUMNS)[number]>

/** A backslash is one like any other; PostgreSQL has no place for NUL. */
const like = (part: string) => `%${part.replaceAll('\\', '\\\\').replaceAll('\0', '')}%`

/** Everything a search asks for but its order and its window. */
const matching = (db: Db, search: Omit<DocumentSearch, 'limit'>) => {
  const { entered, stateSince, states, neverEntered } = search
  const rows = DocumentModel.query(db)
    .where('documents.entityId', search.entityId)
    .whereIn('documents.flowId', [...search.readable])
  // A document that has no title yet bears its identifier, which nobody looks for by chance.
  if (search.title !== undefined)
    rows.where('documents.title', 'ilike', like(search.title)).whereRaw('documents.title <> documents.id')
  if (states)
    rows.where(any => {
      for (const { state, changed } of states)
        void any.orWhere(each => {
          each.where('documents.state', state)
          if (changed !== undefined) each.where('documents.version', changed ? '>' : '=', 1)
        })
      if (states.length === 0) any.whereRaw('false')
    })
  if (stateSince?.after) rows.where('documents.stateSince', '>', stateSince.after)
  if (stateSince?.before) rows.where('documents.stateSince', '<', stateSince.before)
  if (entered) {
    // Not a sub-query: one line for each time it entered.
    rows.joinRaw('cross join lateral jsonb_to_recordset(documents.trail) as stop(state text, at timestamptz)')
    rows.whereRaw('stop.state = any(?)', [[...entered.states]])
    if (entered.after) rows.whereRaw('stop.at > ?', [entered.after])
    if (entered.before) rows.whereRaw('stop.at < ?', [entered.before])
  }
  if (neverEntered)
    rows.whereRaw(
      'not exists (select from jsonb_to_recordset(documents.trail) as stop(state text) where stop.state = any(?))',
      [[...neverEntered]],
    )
  if (search.withIndex)
    rows.whereRaw(
      'exists (select from document_index i where i.entity_id = documents.entity_id and i.document_id = documents.id)',
    )
  for (const [field, part] of Object.entries(search.indexed ?? {}))
    rows.whereRaw(
      `exists (select from document_index i where i.entity_id = documents.entity_id and i.document_id = documents.id
         and i.field = ? and i.value ilike ?)`,
      [field, like(part)],
    )
  return rows
}

/**
 * Documents of an entity by criteria that `listDocuments` leaves to its full text: dates of the state, states passed, parts of
 * values, any order, any window. It costs what the entity holds: for programs that ask for it, not for screens.
 */
export const searchDocuments = async (db: Db, search: DocumentSearch): Promise<readonly FoundDocument[]> => {
  if (search.readable.length === 0 || search.limit <= 0) return []
  const { orderBy = 'stateSince' } = search
  const direction = search.ascending ? 'asc' : 'desc'
  const rows = matching(db, search)
    .select(...SUMMARY_COLUMNS.map(column => `documents.${column}`))
    .offset(search.offset ?? 0)
    .limit(search.limit)
  if (typeof orderBy === 'object')
    rows.orderByRaw(
      `(select min(i.value) from document_index i where i.entity_id = documents.entity_id and i.document_id = documents.id
          and i.field = ?) ${direction} nulls last`,
      [orderBy.field],
    )
  else rows.orderBy(`documents.${orderBy}`, direction)
  return rows.orderBy('documents.id', direction)
}

/** How many documents such a search would find. */
export const countFound = async (
  db: Db,
  search: Omit<DocumentSearch, 'limit' | 'offset' | 'orderBy'>,
): Promise<number> => (search.readable.length === 0 ? 0 : matching(db, search).resultSize())

/** How many documents are in each state, by entity and flow; the draft in two parts, changed since its creation or not. */
export interface DocumentCount extends StateWanted {
  readonly entityId: string
  readonly flowId: string
  readonly count: number
}

/** @param where `readable`: flow → entities where the caller may read it */
export const countDocuments = async (
  db: Db,
  where: { readonly readable: ReadonlyMap<string, readonly string[]> },
): Promise<readonly DocumentCount[]> => {
  const entities = [...new Set([...where.readable.values()].flat())]
  if (entities.length === 0) return []
  const { rows } = await db.raw<{
    rows: { entity: string; flow: string; state: string; changed: boolean; count: string }[]
  }>(
    `select entity_id as "entity", flow_id as "flow", state, (state <> :draft or version > 1) as changed, count(*) as count
     from documents
     where entity_id = any(:entities) and flow_id = any(:flows)
     group by entity_id, flow_id, state, changed`,
    { draft: DRAFT, entities, flows: [...where.readable.keys()] },
  )
  return rows
    .filter(({ entity, flow }) => where.readable.get(flow)?.includes(entity))
    .map(({ entity, flow, count, ...state }) => ({ ...state, entityId: entity, flowId: flow, count: Number(count) }))
}
