import type { Db } from '../db/knex.ts'
import { errors } from '../errors.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import { highlight, marker, type Passage } from './highlight.ts'
import { SUMMARY_COLUMNS, type DocumentModel } from './model.ts'
import { MAY_READ, type ReadingPlaces } from './reading-places.ts'
import { summaryOf, type DocumentSummary } from './views.ts'

/** What was typed, as the index reads it. */
export interface TypedText {
  readonly text: string
  /** The beginning of each word as it is written: `deli:* & 2026:*`. */
  readonly beginnings: string
}

export const typed = (text: string): TypedText => ({
  text,
  beginnings: (text.match(/[\p{L}\p{N}]+/gu) ?? []).map(word => `${word}:*`).join(' & '),
})

/** Two readings of what was typed: words as French stems them, or the beginning of each as it is written. */
export const TEXT_QUERY = `(websearch_to_tsquery('passeur_fr', ?) || to_tsquery('simple', sans_accent(?)))`

export interface FullTextQuery {
  /** Nothing else is ever found. */
  readonly places: ReadingPlaces
  readonly text: string
  readonly after?: string | undefined
  /** 20 unless told, 50 at most. */
  readonly limit?: number | undefined
}

export interface FoundInText {
  readonly document: DocumentSummary
  readonly title: readonly Passage[]
  /** Indexed fields that hold what was looked for. */
  readonly fields: readonly { readonly label: string; readonly value: readonly Passage[] }[]
}

export interface FullTextPage {
  readonly items: readonly FoundInText[]
  readonly next: string | null
  /** Too many documents match to be compared: the newest come first. */
  readonly byDate: boolean
}

/** Documents compared with each other: beyond, ranking would cost what the history holds. */
export const MOST_RANKED = 1_000

interface Place {
  readonly byDate: boolean
  readonly rank: number
  readonly at: Date
  readonly id: string
}

const encode = ({ byDate, rank, at, id }: Place): string =>
  Buffer.from(`${byDate ? 'date' : 'rang'} ${rank} ${at.toISOString()} ${id}`).toString('base64url')

const decode = (cursor: string): Place => {
  const [kind, rank = '', at = '', id = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ')
  const place = { byDate: kind === 'date', rank: Number(rank), at: new Date(at), id }
  if ((kind !== 'date' && kind !== 'rang') || Number.isNaN(place.rank) || Number.isNaN(place.at.getTime()) || !id)
    throw errors.badRequest({
      fields: [{ field: 'apres', code: 'curseur', message: 'Reprenez la recherche depuis le début.' }],
    })
  return place
}

const columns = SUMMARY_COLUMNS.map(
  name => `d.${name.replaceAll(/[A-Z]/gu, sign => `_${sign.toLowerCase()}`)} as "${name}"`,
).join(', ')

type Row = Pick<DocumentModel, (typeof SUMMARY_COLUMNS)[number]> & { readonly at: Date; readonly rank: number }

const QUERY = TEXT_QUERY.replace('?', ':text').replace('?', ':beginnings')

/** Documents that match: entity by entity when they are few, in the index of the whole otherwise. `tail`: order and limit. */
const matching = ({ entities }: ReadingPlaces, select: string, tail: string): string =>
  entities
    ? `select f.* from unnest(:entities::bigint[]) as w(id) join entities e on e.id = w.id
       cross join lateral (
         select ${select} from documents d where d.entity_id = w.id and d.search @@ ${QUERY} and ${MAY_READ} ${tail}) f`
    : `select ${select} from documents d join entities e on e.id = d.entity_id
       where d.search @@ ${QUERY} and ${MAY_READ} ${tail}`

/** Whether more match than can be compared; reads no more than that. */
const tooMany = async (db: Db, places: ReadingPlaces, bindings: object): Promise<boolean> => {
  const most = `limit ${MOST_RANKED + 1}`
  const { rows } = await db.raw<{ rows: { count: string }[] }>(
    `select count(*) from (${matching(places, '1 as one', most)} ${places.entities ? most : ''}) found`,
    bindings as never,
  )
  return Number(rows[0]?.count ?? 0) > MOST_RANKED
}

/**
 * Documents of the whole tree that hold these words, the best first (the title weighs most), or the newest first when there are too many of
 * them to compare. A page and the next one agree on the order: the cursor says which it is.
 * @throws errors.badRequest for a cursor that cannot be read
 */
export const searchInText = async (
  db: Db,
  flows: Pick<FlowRegistry, 'current'>,
  { places, text, after, limit: asked = 20 }: FullTextQuery,
): Promise<FullTextPage> => {
  const limit = Math.min(asked, 50)
  const words = typed(text)
  const { grants, entities } = places
  if (words.beginnings === '' || grants.length === 0) return { items: [], next: null, byDate: false }
  const bindings = { ...words, grants: JSON.stringify(grants), ...(entities ? { entities } : {}) }
  const place = after === undefined ? undefined : decode(after)
  const byDate = place?.byDate ?? (await tooMany(db, places, bindings))

  const rank = byDate ? '0' : `ts_rank(d.search, ${QUERY})`
  const newest = `${place ? 'and (d.created_at, d.id) < (:at, :id)' : ''}
    order by d.created_at desc, d.id desc limit ${limit + 1}`
  const found = matching(places, `${columns}, d.created_at as at, ${rank}::real as rank`, byDate ? newest : '')
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select * from (${found}) f
     ${!byDate && place ? 'where (f.rank, f.at, f.id) < (:rank::real, :at, :id)' : ''}
     order by f.rank desc, f.at desc, f.id desc limit ${limit + 1}`,
    { ...bindings, ...(place && { at: place.at, id: place.id, ...(byDate ? {} : { rank: place.rank }) }) } as never,
  )
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const passages = await highlight(db, flows, shown, marker(db, words))
  return {
    items: shown.map((row, index) => ({
      document: summaryOf(flows.current(row.flowId), row),
      title: passages[index]?.title ?? [],
      fields: passages[index]?.fields ?? [],
    })),
    next: rows.length > limit && last ? encode({ byDate, rank: last.rank, at: last.at, id: last.id }) : null,
    byDate,
  }
}
