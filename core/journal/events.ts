import type { Db } from '../db/knex.ts'
import type { StoredLine } from './read.ts'

/** A line of the journal outside its chain: what it speaks of has its name, as it is today. */
export interface JournalEvent extends StoredLine {
  /** One number for every entity, growing with time. */
  readonly id: string
  readonly entityId: string
  readonly prevHash: string
  readonly entityName: string
  readonly siren: string | null
  /** Of the document, while it exists. */
  readonly flowId: string | null
  readonly title: string | null
  /** Time of the token of its block; nothing as long as it is not stamped. */
  readonly stampedAt: Date | null
  /** Of the author, while the account exists. */
  readonly firstName: string | null
  readonly lastName: string | null
}

interface Row extends Omit<JournalEvent, 'seq'> {
  readonly seq: string
}

/** What is looked for; left out: everything. */
export interface JournalSearch {
  readonly entityId?: string | undefined
  readonly documentId?: string | undefined
  readonly flowId?: string | undefined
  readonly authorId?: string | undefined
  /** Part of the message, of the name of the event or of an identifier, whatever the letter case. */
  readonly text?: string | undefined
  /** First and last legal days in France, `YYYY-MM-DD`, both included. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export interface JournalWindow {
  readonly order: 'newest' | 'oldest'
  readonly offset?: number
  readonly limit: number
  /** The last event of the page before: far cheaper than an offset. */
  readonly after?: string | undefined
}

const SPOKEN = "concat_ws(' - ', j.entity_id, j.author_id, j.document_id, j.event, j.message, d.flow_id)"

const escaped = (text: string): string => text.replaceAll(/[\\%_]/gu, sign => `\\${sign}`)

/** Blocks follow each other: the first that ends at the line or after it holds it, and one look at their index finds it. */
const STAMPED = `(select b.stamped_at from journal_blocks b
  where b.entity_id = j.entity_id and b.last_seq >= j.seq order by b.last_seq limit 1) as stamped_at`

const events = (db: Db) =>
  db({ j: 'journal' })
    .join({ e: 'entities' }, 'e.id', 'j.entity_id')
    .leftJoin({ d: 'documents' }, query => void query.on('d.entity_id', 'j.entity_id').on('d.id', 'j.document_id'))
    .leftJoin({ u: 'users' }, query => void query.on(db.raw('u.id::text = j.author_id')))
    .select<Row[]>(
      'j.*',
      db.raw('e.name as entity_name, e.siren, d.flow_id, d.title, u.first_name, u.last_name'),
      db.raw(STAMPED),
    )

const event = ({ seq, ...row }: Row): JournalEvent => ({ ...row, seq: Number(seq) })

/** The events of one entity or of all of them, across documents. */
export const journalEvents = async (
  db: Db,
  search: JournalSearch,
  { order, offset = 0, limit, after }: JournalWindow,
): Promise<readonly JournalEvent[]> => {
  const query = events(db)
    .orderBy('j.id', order === 'newest' ? 'desc' : 'asc')
    .offset(offset)
    .limit(limit)
  if (search.entityId !== undefined) void query.where('j.entity_id', search.entityId)
  if (search.documentId !== undefined) void query.where('j.document_id', search.documentId)
  if (search.authorId !== undefined) void query.where('j.author_id', search.authorId)
  if (search.flowId !== undefined) void query.where('d.flow_id', search.flowId)
  if (search.text !== undefined) void query.whereRaw(`${SPOKEN} ilike ?`, [`%${escaped(search.text)}%`])
  if (search.from !== undefined)
    void query.whereRaw("j.at >= ?::date::timestamp at time zone 'Europe/Paris'", [search.from])
  if (search.to !== undefined)
    void query.whereRaw("j.at < (?::date + 1)::timestamp at time zone 'Europe/Paris'", [search.to])
  if (after !== undefined) void query.where('j.id', order === 'newest' ? '<' : '>', after)
  return (await query).map(event)
}

/** One event by its number. */
export const journalEvent = async (db: Db, id: string): Promise<JournalEvent | undefined> => {
  const [row] = await events(db).where('j.id', id).limit(1)
  return row && event(row)
}
