import type { Db } from '../db/knex.ts'
import { hasDueNotices } from '../notifications/outbox.ts'
import { JOURNAL_SLOT } from '../connectors/associations.ts'
import { enqueueNotifications, enqueueStamping, PRIORITY } from './queue.ts'

/** What the queue lacked, and what it held for nothing. */
export interface Rebuilt {
  readonly missing: number
  readonly extra: number
}

/** Calls given up, or replaced while they ran in a process that died since: nobody will look at them again. */
export const removeSpent = async (db: Db): Promise<void> => {
  await db.raw(
    `delete from graphile_worker._private_jobs where key is null and locked_at is null and attempts >= max_attempts`,
  )
}

/** Documents that are due and that no job will wake: none at all, or one that was given up. */
const MISSING = `
  select d.entity_id, d.id, d.due_at from documents d
  where d.due_at is not null and d.waiting_for is null and d.due_at <= :before
    and not exists (
      select from graphile_worker.jobs j
      where j.key = 'document:' || d.entity_id || ':' || d.id
        and (j.locked_at is not null or j.attempts < j.max_attempts))
  order by d.due_at limit :limit`

/** Later than any date a document may be due at. */
const EVER = new Date('9999-12-31T00:00:00Z')

/**
 * Adds the wake-up calls that are missing. A job is only a wake-up call, what is due lives with the document: a lost one costs a
 * delay, never a document.
 * @param scope documents due before that date, so many at most
 */
export const addMissing = async (db: Db, scope: { readonly before: Date; readonly limit: number }): Promise<number> => {
  const { rows } = await db.raw<{ rows: { count: string }[] }>(
    `with missing as (${MISSING}),
     added as materialized (
       select graphile_worker.add_job('document',
                json_build_object('entityId', entity_id::text, 'documentId', id, 'route', true),
                run_at := due_at, job_key := 'document:' || entity_id || ':' || id, priority := ${PRIORITY.course})
       from missing)
     select count(*) from added`,
    { before: scope.before, limit: scope.limit },
  )
  const added = Number(rows[0]?.count ?? 0)
  if (added > 0) await removeSpent(db)
  return added
}

/** Adds the runs of batches that no job will make: a lost one costs a delay, never a line. */
export const addMissingBatches = async (db: Db): Promise<number> => {
  const { rows } = await db.raw<{ rows: { count: string }[] }>(
    `with missing as (
       select b.entity_id, b.id from batches b
       where b.stage in ('examining', 'running')
         and not exists (
           select from graphile_worker.jobs j
           where j.key = 'batch:' || b.entity_id || ':' || b.id
             and (j.locked_at is not null or j.attempts < j.max_attempts))
       limit 1000),
     added as materialized (
       select graphile_worker.add_job('batch', json_build_object('entityId', entity_id::text, 'batchId', id::text),
                queue_name := 'batch:' || entity_id || ':' || id, job_key := 'batch:' || entity_id || ':' || id,
                priority := ${PRIORITY.course})
       from missing)
     select count(*) from added`,
  )
  return Number(rows[0]?.count ?? 0)
}

/** Whether the one job of that key is there, and not given up. */
const isPlanned = async (db: Db, key: string): Promise<boolean> => {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    `select from graphile_worker.jobs where key = ? and (locked_at is not null or attempts < max_attempts)`,
    [key],
  )
  return rows.length > 0
}

/**
 * Asks for the sending of notifications when some are due and no job will send them. Nothing is asked for by the commits of documents, which
 * would wait for each other on the one job.
 */
export const addNotifications = async (db: Db, now: Date): Promise<void> => {
  if ((await hasDueNotices(db, now)) && !(await isPlanned(db, 'notifications'))) await enqueueNotifications(db, now)
}

/** Asks for the journal to be stamped, as soon as a connector is associated to that; each pass then plans the next. */
export const addStamping = async (db: Db, now: Date): Promise<void> => {
  const stamper = await db('associations').where({ slot: JOURNAL_SLOT }).first<{ id: string } | undefined>('id')
  if (stamper && !(await isPlanned(db, 'stamping'))) await enqueueStamping(db, { at: now })
}

/** Removes the calls of documents that are gone, waiting for an administrator, or have nothing due. Jobs being run stay. */
const removeExtra = async (db: Db): Promise<number> => {
  const { rows } = await db.raw<{ rows: { count: string }[] }>(
    `with extra as (
       select j.key from graphile_worker.jobs j
       where j.key like 'document:%' and j.locked_at is null
         and not exists (
           select from documents d
           where 'document:' || d.entity_id || ':' || d.id = j.key and d.due_at is not null and d.waiting_for is null)),
     removed as materialized (select graphile_worker.remove_job(key) from extra)
     select count(*) from removed`,
  )
  return Number(rows[0]?.count ?? 0)
}

/** Makes the queue what the documents say: `passeur doctor`. Safe while workers run. */
export const rebuildQueue = async (db: Db): Promise<Rebuilt> => {
  const missing = (await addMissing(db, { before: EVER, limit: 10_000_000 })) + (await addMissingBatches(db))
  return { missing, extra: await removeExtra(db) }
}
