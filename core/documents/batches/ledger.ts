import type { Db, Transaction } from '../../db/knex.ts'
import { inTransaction } from '../../db/unit-of-work.ts'
import { storableJson, storableText } from '../../journal/storable.ts'
import type { Batch, Item, Result, Stage, Status } from './model.ts'

/** The rows of batches. Nothing is decided here. */

export interface Key {
  readonly entityId: string
  readonly id: string
}

type NewBatch = Omit<Batch, 'id' | 'counts' | 'endedAt' | 'remarks'>

const BATCH_COLUMNS = [
  'entityId',
  'id',
  'userId',
  'scope',
  'kind',
  'stage',
  'label',
  'task',
  'remarks',
  'counts',
  'createdAt',
  'endedAt',
] as const
const ITEM_COLUMNS = ['line', 'status', 'title', 'flowId', 'documentId', 'message', 'content'] as const

const toBatch = (row: Batch): Batch => ({ ...row, scope: row.scope ?? undefined })

/** @returns its number */
export const insertBatch = async (db: Db, batch: NewBatch): Promise<string> => {
  const [row] = await db('batches')
    .insert({
      ...batch,
      scope: batch.scope ? storableJson(batch.scope) : null,
      task: storableJson(batch.task),
      label: storableText(batch.label),
    })
    .returning<{ id: string }[]>('id')
  if (!row) throw new Error('a batch was not inserted')
  return row.id
}

/** Rows of one statement: PostgreSQL takes 65,535 parameters. */
const ROWS = 500

export const insertItems = async (db: Db, { entityId, id }: Key, items: readonly Item[]): Promise<void> => {
  for (let start = 0; start < items.length; start += ROWS)
    await db('batch_items').insert(
      items.slice(start, start + ROWS).map(item => ({
        ...item,
        entityId,
        batchId: id,
        title: storableText(item.title),
        message: storableText(item.message),
        content: item.content ? storableJson(item.content) : null,
      })),
    )
}

export const findBatch = async (db: Db, { entityId, id }: Key): Promise<Batch | undefined> => {
  const row = await db('batches')
    .where({ entityId, id })
    .first<Batch | undefined>(...BATCH_COLUMNS)
  return row && toBatch(row)
}

/** Newest first; `after` is the number of the last one of the page before. */
export const batchesOf = async (
  db: Db,
  { entityId, userId }: { readonly entityId: string; readonly userId: string },
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<readonly Batch[]> => {
  const rows = db('batches')
    .where({ entityId, userId })
    .orderBy('id', 'desc')
    .limit(limit)
    .select<Batch[]>(...BATCH_COLUMNS)
  if (after !== undefined) void rows.where('id', '<', after)
  return (await rows).map(toBatch)
}

/** In the order of the lines, after one of them. */
export const itemsOf = async (
  db: Db,
  { entityId, id }: Key,
  where: { readonly after: number; readonly limit: number; readonly statuses?: readonly Status[] | undefined },
): Promise<readonly Item[]> => {
  const rows = db('batch_items')
    .where({ entityId, batchId: id })
    .where('line', '>', where.after)
    .orderBy('line')
    .limit(where.limit)
    .select<Item[]>(...ITEM_COLUMNS)
  if (where.statuses) void rows.whereIn('status', [...where.statuses])
  return rows
}

/** The line was done, or given up, by somebody else meanwhile: what was about to be stored with it must not be. */
export class LineTaken extends Error {
  override readonly name = 'LineTaken'
}

/** Writes what became of a line, once. In the transaction of what was done. @throws LineTaken */
export const finishLine = async (db: Db, { entityId, id }: Key, line: number, result: Result, now: Date) => {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `with line as (
       update batch_items
       set status = :status, message = :message, document_id = coalesce(:documentId, document_id), content = null, done_at = :now
       where entity_id = :entityId and batch_id = :id and line = :line and status = 'todo' returning 1)
     update batches set counts = counts || jsonb_build_object(
       'todo', (counts ->> 'todo')::int - 1, :status::text, coalesce((counts ->> :status)::int, 0) + 1)
     where entity_id = :entityId and id = :id and exists (select from line)`,
    {
      entityId,
      id,
      line,
      now,
      status: result.status,
      message: storableText(result.message),
      documentId: result.documentId ?? null,
    },
  )
  if (rowCount === 0) throw new LineTaken(`line ${line} of batch ${id} is not to be done any more`)
}

/** Counts the lines again: after many of them changed at once. */
export const recount = (db: Db, { entityId, id }: Key) =>
  db.raw(
    `update batches set counts = coalesce(
       (select jsonb_object_agg(status, n) from
         (select status, count(*) as n from batch_items where entity_id = :entityId and batch_id = :id group by status) as c),
       '{}')
     where entity_id = :entityId and id = :id`,
    { entityId, id },
  )

/** @returns whether it was in the stage expected */
export const moveOn = async (
  db: Db,
  { entityId, id }: Key,
  from: readonly Stage[],
  to: { readonly stage: Stage; readonly remarks?: readonly string[]; readonly endedAt?: Date },
): Promise<boolean> => {
  const { remarks, ...rest } = to
  const moved = await db('batches')
    .where({ entityId, id })
    .whereIn('stage', [...from])
    .update({ ...rest, ...(remarks ? { remarks: storableJson(remarks) } : {}) })
  return moved > 0
}

/** Takes every line from a status to another. */
export const changeLines = (
  trx: Transaction,
  { entityId, id }: Key,
  from: Status,
  to: { readonly status: Status; readonly message?: string; readonly content?: null },
) => trx('batch_items').where({ entityId, batchId: id, status: from }).update(to)

export const forgetLines = (db: Db, { entityId, id }: Key) =>
  db('batch_items').where({ entityId, batchId: id }).delete()

/** Removes old batches, except those that are being worked on. Their documents and journals stay. @returns how many */
export const forgetBatches = (db: Db, before: Date): Promise<number> =>
  inTransaction(db, trx =>
    trx('batches').where('createdAt', '<', before).whereNotIn('stage', ['examining', 'running']).delete(),
  )
