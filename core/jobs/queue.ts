import { createHash } from 'node:crypto'
import type { Db } from '../db/knex.ts'

/** Who waits for whom: jobs of one lane run at most `concurrency` at a time, over all processes. */
export interface Lane {
  readonly instanceId: string
  readonly concurrency: number
}

/** Smaller runs first. */
export const PRIORITY = { agent: 0, course: 10, poll: 20, schedule: 15 } as const

export interface WakeUp {
  readonly entityId: string
  readonly documentId: string
  readonly at: Date
  readonly lane?: Lane | undefined
  readonly priority?: number | undefined
}

export const documentKey = (entityId: string, documentId: string): string => `document:${entityId}:${documentId}`

/**
 * A lane of n is n queues that each run one job at a time; a document always takes the same one, so that it is never
 * worked on twice at once.
 */
export const queueName = (lane: Lane, documentId: string): string => {
  const lot =
    lane.concurrency === 1 ? 0 : createHash('sha1').update(documentId).digest().readUInt32BE() % lane.concurrency
  return `lane:${lane.instanceId}:${lot}`
}

/**
 * Adds, or moves, the one wake-up call of a document. In the caller's transaction: it exists if and only if what it is
 * about was committed.
 */
export const enqueue = async (trx: Db, { entityId, documentId, at, lane, priority }: WakeUp): Promise<void> => {
  await trx.raw(
    `select graphile_worker.add_job('document', :payload::json, queue_name := :queue, run_at := :at::timestamptz,
            job_key := :key, priority := :priority::integer)`,
    {
      payload: JSON.stringify({ entityId, documentId }),
      queue: lane ? queueName(lane, documentId) : null,
      at,
      key: documentKey(entityId, documentId),
      priority: priority ?? PRIORITY.course,
    },
  )
}

/** Removes the wake-up call of a document; a job being run is left to end, and will not be run again. */
export const cancel = async (trx: Db, entityId: string, documentId: string): Promise<void> => {
  await trx.raw('select graphile_worker.remove_job(?)', [documentKey(entityId, documentId)])
}

export interface ScheduledRun {
  readonly instanceId: string
  readonly schedule: string
  readonly at: Date
}

/** Adds, or moves, the next run of a connector's schedule. It waits in the lane of its instance like any other call. */
export const enqueueSchedule = async (trx: Db, { instanceId, schedule, at }: ScheduledRun): Promise<void> => {
  await trx.raw(
    `select graphile_worker.add_job('schedule', :payload::json, queue_name := :queue, run_at := :at::timestamptz,
            job_key := :key, priority := :priority::integer)`,
    {
      payload: JSON.stringify({ instanceId, schedule }),
      queue: `lane:${instanceId}:0`,
      at,
      key: `schedule:${instanceId}:${schedule}`,
      priority: PRIORITY.schedule,
    },
  )
}

export interface BatchRun {
  readonly entityId: string
  readonly batchId: string
  readonly at: Date
}

export const batchKey = (entityId: string, batchId: string): string => `batch:${entityId}:${batchId}`

/** Adds, or moves, the next run of a batch. One process at a time works on it. */
export const enqueueBatch = async (trx: Db, { entityId, batchId, at }: BatchRun): Promise<void> => {
  const key = batchKey(entityId, batchId)
  await trx.raw(
    `select graphile_worker.add_job('batch', :payload::json, queue_name := :key, run_at := :at::timestamptz,
            job_key := :key, priority := :priority::integer)`,
    { payload: JSON.stringify({ entityId, batchId }), key, at, priority: PRIORITY.course },
  )
}

/** Adds, or moves, the next sending of notifications. One process at a time sends. */
export const enqueueNotifications = async (trx: Db, at: Date): Promise<void> => {
  await trx.raw(
    `select graphile_worker.add_job('notifications', '{}'::json, queue_name := 'notifications', run_at := :at::timestamptz,
            job_key := 'notifications', priority := ${PRIORITY.course})`,
    { at },
  )
}

/** Adds, or moves, the next pass that stamps the journal. One process at a time stamps. @param pass.after where to go on */
export const enqueueStamping = async (
  trx: Db,
  { at, after }: { readonly at: Date; readonly after?: string },
): Promise<void> => {
  await trx.raw(
    `select graphile_worker.add_job('stamping', :payload::json, queue_name := 'stamping', run_at := :at::timestamptz,
            job_key := 'stamping', priority := ${PRIORITY.schedule})`,
    { payload: JSON.stringify({ after }), at },
  )
}

/** Removes the next run of a batch. */
export const cancelBatch = async (trx: Db, entityId: string, batchId: string): Promise<void> => {
  await trx.raw('select graphile_worker.remove_job(?)', [batchKey(entityId, batchId)])
}
