import type { Transaction } from '../db/knex.ts'
import type { CompiledFlow, Document } from '../engine/model.ts'
import { storableText } from '../journal/storable.ts'
import { eventsOf } from './events.ts'

/** Writes down whom to tell of a move, in its transaction: what is committed is told, and nothing else. */
export type RecordNotices = (trx: Transaction, flow: CompiledFlow, document: Document) => Promise<void>

/**
 * One notice per person and move, whatever the number of subscriptions that ask for it: at once if one of them says so, about the last
 * state that one of them names. Those who cannot receive mail are left out. Rights are checked when the letter leaves.
 * @param digestAfter when the next letter of the day leaves
 */
export const createRecordNotices =
  (digestAfter: (now: Date) => Date): RecordNotices =>
  async (trx, flow, document) => {
    const events = eventsOf(flow, document)
    if (events.length === 0) return
    const { entityId, id, version, flowId, title, message, updatedAt: at } = document
    await trx.raw(
      `insert into notifications
         (entity_id, document_id, version, user_id, rhythm, flow_id, title, state_label, message, at, due_at)
       select distinct on (s.user_id) :entityId, :id, :version, s.user_id, s.rhythm, :flowId, :title, e.label, :message,
         :at::timestamptz, case s.rhythm when 'daily' then :digestAt::timestamptz else :at::timestamptz end
       from jsonb_to_recordset(:events) as e(event text, label text, rank integer)
       join notification_subscriptions s on s.event = e.event and (s.flow_id is null or s.flow_id = :flowId)
         and s.entity_id = any(entity_line((select path from entities where id = :entityId)))
       join users u on u.id = s.user_id and u.enabled and not u.program and u.email <> ''
       order by s.user_id, s.rhythm = 'daily', e.rank desc
       on conflict do nothing`,
      {
        entityId,
        id,
        version,
        flowId,
        title: storableText(title),
        message: storableText(message),
        at,
        digestAt: digestAfter(at),
        events: JSON.stringify(events),
      },
    )
  }
