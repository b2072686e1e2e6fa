import type { Db } from '../db/knex.ts'

/**
 * Ends a job and frees its lane, before the worker that ran it looks for the next one.
 *
 * The library writes the end of a job *while* it already looks for another: the lane is still taken, nothing is found, and the
 * worker sleeps. Measured on 2 cores with jobs that do nothing: a lane of one passes 21 jobs/s that way, 170 this way. It
 * is the statement of graphile-worker 0.17 itself; the one it sends afterwards finds nothing to do.
 */
export const finishJob = async (db: Db, jobId: string, pool: string): Promise<void> => {
  await db.raw(
    `with ended as (
       delete from graphile_worker._private_jobs where id = :jobId and locked_by = :pool returning job_queue_id)
     update graphile_worker._private_job_queues q set locked_by = null, locked_at = null
     from ended where q.id = ended.job_queue_id and q.locked_by = :pool`,
    { jobId, pool },
  )
}
