import type { Db } from '../db/knex.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import { errors } from '../errors.ts'
import {
  heldCondition,
  isBeginning,
  keyWanted,
  statesOfSort,
  type Condition,
  type IndexedWanted,
  type StateOfFlow,
  type StateSort,
} from './list-filters.ts'
import { TEXT_QUERY, typed } from './full-text.ts'
import { SUMMARY_COLUMNS, type DocumentModel } from './model.ts'
import { shownValues, summaryOf, type DocumentSummary } from './views.ts'

export interface DocumentQuery {
  readonly entityId: string
  /** Flows that the caller may read there: nothing else is ever listed. */
  readonly readable: readonly string[]
  readonly flow?: string | undefined
  readonly state?: string | undefined
  readonly sort?: StateSort | undefined
  /** Created at this instant or later. */
  readonly createdFrom?: Date | undefined
  /** Created before this instant. */
  readonly createdBefore?: Date | undefined
  /** In their present state since this instant or later, or since before this one: the latest change comes first. */
  readonly stateFrom?: Date | undefined
  readonly stateBefore?: Date | undefined
  /** Went through this state of `flow`, which must be given, from an instant and before another: the latest passage comes first. */
  readonly passed?:
    { readonly state: string; readonly from?: Date | undefined; readonly before?: Date | undefined } | undefined
  /** All of them. */
  readonly indexed?: readonly IndexedWanted[] | undefined
  /** Words, beginnings of words, identifiers. */
  readonly text?: string | undefined
  /** Names of fields whose values are wanted as well. */
  readonly values?: readonly string[] | undefined
  /** Cursor given by the previous page. */
  readonly after?: string | undefined
  /** 50 unless told. */
  readonly limit?: number | undefined
}

export interface ListedDocument extends DocumentSummary {
  /** Those asked for that the document holds. */
  readonly values?: Readonly<Record<string, unknown>>
}

export interface DocumentPage {
  readonly items: readonly ListedDocument[]
  readonly next: string | null
}

type Order = 'creation' | 'etat' | 'passage'

const encode = (order: Order, at: Date, id: string): string =>
  Buffer.from(`${order} ${at.toISOString()} ${id}`).toString('base64url')

const decode = (cursor: string, order: Order): readonly [Date, string] => {
  const [kind, at = '', id = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ')
  const date = new Date(at)
  if (kind !== order || Number.isNaN(date.getTime()) || !id)
    throw errors.badRequest({
      detail: 'Le curseur « apres » est illisible, ou celui d’une autre recherche : repartir de la première page.',
    })
  return [date, id]
}

const orderOf = ({ passed, stateFrom, stateBefore }: DocumentQuery): Order => {
  if (passed) return 'passage'
  return stateFrom || stateBefore ? 'etat' : 'creation'
}

const textCondition = (text: string): Condition => ({
  sql: `d.search @@ ${TEXT_QUERY}`,
  bindings: [text, typed(text).beginnings],
})

const between = (column: string, from: Date | undefined, before: Date | undefined): readonly Condition[] => [
  ...(from ? [{ sql: `${column} >= ?`, bindings: [from] }] : []),
  ...(before ? [{ sql: `${column} < ?`, bindings: [before] }] : []),
]

/** Where the rows come from in the order of an index, what they are ordered by, and what this says already. */
interface Source {
  readonly from: string
  readonly at: string
  readonly id: string
  readonly conditions: readonly Condition[]
}

const BY_DOCUMENT = { from: 'documents d', id: 'd.id' } as const

const sourceOf = (query: DocumentQuery, order: Order, wanted: readonly string[]): Source => {
  const { entityId, passed } = query
  const key = query.indexed?.find(each => !isBeginning(each))
  if (passed) {
    const { state, from, before } = passed
    const later: Condition = {
      sql: `not exists (select from document_passages q where q.entity_id = p.entity_id and q.document_id = p.document_id
              and q.state = p.state and q.at > p.at ${before ? 'and q.at < ?' : ''})`,
      bindings: before ? [before] : [],
    }
    return {
      from: 'document_passages p join documents d on d.entity_id = p.entity_id and d.id = p.document_id',
      at: 'p.at',
      id: 'p.document_id',
      conditions: [
        { sql: 'p.entity_id = ? and p.flow_id = ? and p.state = ?', bindings: [entityId, wanted[0], state] },
        ...between('p.at', from, before),
        later,
      ],
    }
  }
  if (order === 'etat') return { ...BY_DOCUMENT, at: 'd.state_since', conditions: [] }
  if (!key) return { ...BY_DOCUMENT, at: 'd.created_at', conditions: [] }
  return {
    from: 'document_index i join documents d on d.entity_id = i.entity_id and d.id = i.document_id',
    at: 'i.created_at',
    id: 'i.document_id',
    conditions: [
      { sql: 'i.entity_id = ? and i.field = ? and i.value = ?', bindings: [entityId, key.field, keyWanted(key)] },
    ],
  }
}

const columns = SUMMARY_COLUMNS.map(
  name => `d.${name.replaceAll(/[A-Z]/gu, sign => `_${sign.toLowerCase()}`)} as "${name}"`,
)

/** `null`: whatever the state. */
const statesWanted = (
  flows: FlowRegistry,
  { state, sort }: DocumentQuery,
  wanted: readonly string[],
): readonly StateOfFlow[] | null => {
  if (state === undefined && sort === undefined) return null
  const known = wanted.flatMap(flow => flows.current(flow) ?? [])
  const named = state === undefined ? undefined : wanted.map(flow => ({ flow, state }))
  if (sort === undefined) return named ?? []
  return statesOfSort(known, sort).filter(each => state === undefined || each.state === state)
}

type Row = Pick<DocumentModel, (typeof SUMMARY_COLUMNS)[number]> & { readonly at: Date; readonly held?: object | null }

/**
 * A page of documents of an entity, newest first. Keyset pagination in the order of an index: the cost is that of the page, whatever the
 * history holds, and nothing is counted. Criteria put together narrow what the first of them gives.
 */
export const listDocuments = async (db: Db, flows: FlowRegistry, query: DocumentQuery): Promise<DocumentPage> => {
  const limit = Math.min(query.limit ?? 50, 200)
  const wanted = query.flow === undefined ? query.readable : query.readable.filter(flow => flow === query.flow)
  const states = statesWanted(flows, query, wanted)
  if (wanted.length === 0 || states?.length === 0) return { items: [], next: null }
  const order = orderOf(query)
  const source = sourceOf(query, order, wanted)
  const { at, id } = source
  // Each state in turn when nothing else gives an order: a few short walks of an index instead of a long one.
  const inTurn = states !== null && source.from === BY_DOCUMENT.from

  const conditions: Condition[] = [
    ...source.conditions,
    { sql: 'd.entity_id = ?', bindings: [query.entityId] },
    inTurn
      ? { sql: 'd.flow_id = w.flow_id and d.state = w.state', bindings: [] }
      : { sql: 'd.flow_id = any(?)', bindings: [[...wanted]] },
    ...between('d.created_at', query.createdFrom, query.createdBefore),
    ...between('d.state_since', query.stateFrom, query.stateBefore),
    ...(query.indexed ?? []).map(heldCondition),
  ]
  const [flowsOf, statesOf] = [(states ?? []).map(({ flow }) => flow), (states ?? []).map(({ state }) => state)]
  if (states && !inTurn)
    conditions.push({
      sql: '(d.flow_id, d.state) in (select * from unnest(?::text[], ?::text[]))',
      bindings: [flowsOf, statesOf],
    })
  if (query.text !== undefined && query.text.trim() !== '') conditions.push(textCondition(query.text))
  if (query.after !== undefined)
    conditions.push({ sql: `(${at}, ${id}) < (?, ?)`, bindings: decode(query.after, order) })

  const values = query.values ?? []
  const held = `, (select jsonb_object_agg(name, d.data -> name) from unnest(?::text[]) as name where jsonb_exists(d.data, name)) as held`
  const page = `select ${columns.join(', ')}, ${at} as at ${values.length > 0 ? held : ''}
    from ${source.from}
    where ${conditions.map(({ sql }) => sql).join(' and ')}
    order by ${at} desc, ${id} desc limit ${limit + 1}`
  const bindings = [...(values.length > 0 ? [[...values]] : []), ...conditions.flatMap(each => each.bindings)]
  const { rows } = inTurn
    ? await db.raw<{ rows: Row[] }>(
        `select d.* from unnest(?::text[], ?::text[]) as w(flow_id, state) cross join lateral (${page}) d
         order by d.at desc, d.id desc limit ${limit + 1}`,
        [flowsOf, statesOf, ...bindings] as never,
      )
    : await db.raw<{ rows: Row[] }>(page, bindings as never)

  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(row => {
      const flow = flows.current(row.flowId)
      const summary = summaryOf(flow, row)
      return values.length > 0 && flow ? { ...summary, values: shownValues(flow, { ...row.held }) } : summary
    }),
    next: rows.length > limit && last ? encode(order, last.at, last.id) : null,
  }
}
