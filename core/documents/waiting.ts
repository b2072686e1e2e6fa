import type { Db, Transaction } from '../db/knex.ts'
import { NO_INSTANCE, type Document } from '../engine/model.ts'
import { PRIORITY } from '../jobs/queue.ts'
import type { LaneOf } from './store.ts'

/** One at a time: whoever changes associations, and many at once: documents about to wait for one. */
const ASSOCIATIONS_LOCK = 7_270_101

export const lockAssociations = (trx: Transaction): Promise<unknown> =>
  trx.raw('select pg_advisory_xact_lock(?)', [ASSOCIATIONS_LOCK])

/**
 * Is there still a reason to wait? Asked inside the commit that makes a document wait, under a lock that whoever removes the
 * reason takes as well: either the document sees that it is gone, or the other sees the document.
 */
export const whatStillBlocks = async (trx: Transaction, document: Document, laneOf: LaneOf): Promise<boolean> => {
  if (document.waitingFor === undefined) return false
  if (document.waitingFor === NO_INSTANCE) {
    await trx.raw('select pg_advisory_xact_lock_shared(?)', [ASSOCIATIONS_LOCK])
    return (await laneOf(document, trx)) === undefined
  }
  const instance = await trx('connector_instances')
    .where('id', document.waitingFor)
    .forShare()
    .first<{ status: string } | undefined>('status')
  return instance?.status === 'suspended'
}

/** Which waiting documents to wake: those of an instance, or those of an entity and its descendants for one flow or all. */
export type Waiting =
  { readonly instanceId: string } | { readonly entityPath: string; readonly flowId: string | undefined }

/**
 * Wakes documents that were waiting for an administrator: they are due now, and say so to the queue, in one statement. The
 * version moves, so that whoever was about to write « waiting » reads again.
 * @returns how many were woken
 */
export const wakeWaiting = async (trx: Db, waiting: Waiting, now: Date): Promise<number> => {
  const { sql, bindings } =
    'instanceId' in waiting
      ? { sql: 'd.waiting_for = :instanceId', bindings: { instanceId: waiting.instanceId } }
      : {
          sql: `d.waiting_for is not null
            and d.entity_id in (select id from entities where path like :path)
            ${waiting.flowId === undefined ? '' : 'and d.flow_id = :flowId'}`,
          bindings: { path: `${waiting.entityPath}%`, flowId: waiting.flowId ?? null },
        }
  // « route »: the worker finds the lane of each, which depends on its state and on its entity.
  const { rows } = await trx.raw<{ rows: { count: string }[] }>(
    `with woken as (
       update documents d
       set waiting_for = null, due_at = :now, due = jsonb_set(due, '{at}', to_jsonb(:iso::text)),
           version = version + 1, updated_at = :now
       where ${sql}
       returning entity_id, id, version, state, flow_id),
     told as materialized (
       select graphile_worker.add_job('document',
                json_build_object('entityId', entity_id::text, 'documentId', id, 'route', true),
                run_at := :now::timestamptz, job_key := 'document:' || entity_id || ':' || id, priority := ${PRIORITY.course}),
              pg_notify('passeur_documents', json_build_object('entityId', entity_id::text, 'documentId', id,
                'version', version, 'state', state, 'flow', flow_id)::text)
       from woken)
     select count(*) from told`,
    { ...bindings, now, iso: now.toISOString() },
  )
  return Number(rows[0]?.count ?? 0)
}
