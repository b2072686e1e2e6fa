import type { Db } from '../db/knex.ts'
import { inTransaction } from '../db/unit-of-work.ts'
import { enqueue, PRIORITY } from '../jobs/queue.ts'
import { isPerson } from './authors.ts'
import { DOCUMENT_COLUMNS, DocumentModel, toDocument } from './model.ts'
import type { LaneOf } from './store.ts'
import type { Document } from '../engine/model.ts'

/** Agents do not wait behind the course of things, nor that behind polls. */
export const priorityOf = ({ due }: Document): number => {
  if (isPerson(due?.by)) return PRIORITY.agent
  return (due?.tries ?? 0) > 0 ? PRIORITY.poll : PRIORITY.course
}

/**
 * Puts the wake-up call of a document where it belongs now: its date, its lane, its priority. Nothing when nothing is due.
 * The document is locked meanwhile, so that a move made at the same time has the last word.
 */
export const rescheduler =
  ({ db, laneOf }: { readonly db: Db; readonly laneOf: LaneOf }) =>
  (entityId: string, documentId: string): Promise<void> =>
    inTransaction(db, async trx => {
      const row = await DocumentModel.query(trx)
        .findById([entityId, documentId])
        .select(...DOCUMENT_COLUMNS)
        .forUpdate()
      const document = row && toDocument(row)
      if (!document?.due || document.waitingFor !== undefined) return
      const lane = await laneOf(document, trx)
      await enqueue(trx, { entityId, documentId, at: document.due.at, lane, priority: priorityOf(document) })
    })
