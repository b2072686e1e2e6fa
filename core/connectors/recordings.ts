import type { Clock } from '../authoring/context.ts'
import type { Db } from '../db/knex.ts'
import { inTransaction } from '../db/unit-of-work.ts'
import { errors } from '../errors.ts'
import type { RecordingsApi } from '../http/ports.ts'
import { ownInstance } from './instances.ts'
import { ASKED } from './recorder.ts'
import { tell } from './tell.ts'

/** A call that gave no news for that long died with its process. */
const LOST_AFTER = 3_600_000

interface Row {
  readonly id: string
  readonly askedAt: Date
  readonly askedUntil: Date
  readonly askedBy: string | null
  readonly takenAt: Date | null
  readonly endedAt: Date | null
  readonly occasion: string
  readonly size: number | null
  readonly forgetAt: Date
}

type View = Awaited<ReturnType<RecordingsApi['list']>>[number]

const statusOf = ({ takenAt, endedAt }: Row, now: Date): 'waiting' | 'running' | 'ready' | 'lost' => {
  if (endedAt) return 'ready'
  if (!takenAt) return 'waiting'
  return now.getTime() - takenAt.getTime() > LOST_AFTER ? 'lost' : 'running'
}

const view = (row: Row, now: Date): View => ({
  id: row.id,
  status: statusOf(row, now),
  askedAt: row.askedAt.toISOString(),
  askedBy: row.askedBy,
  askedUntil: row.askedUntil.toISOString(),
  occasion: row.occasion,
  takenAt: row.takenAt?.toISOString() ?? null,
  size: row.size,
  forgottenAt: row.forgetAt.toISOString(),
})

/** Removes what is past its time: recordings are kept for a week, requests that met no call for a day. */
export const forgetRecordings = async (db: Db, now: Date): Promise<number> =>
  db('connector_recordings').where('forgetAt', '<=', now).delete()

/** « Enregistrer le prochain échange », for the administrators of the entity that owns the instance. */
export const createRecordings = ({ db, clock }: { readonly db: Db; readonly clock: Clock }): RecordingsApi => {
  const rows = (instanceId: string) =>
    db<Row>('connector_recordings as r')
      .leftJoin('users as u', 'u.id', 'r.askedBy')
      .where('r.instanceId', instanceId)
      .where('r.forgetAt', '>', clock.now())
      .orderBy('r.id', 'desc')

  const list: RecordingsApi['list'] = async (entityId, instanceId) => {
    const instance = await ownInstance(db, entityId, instanceId)
    const found = await rows(instance.id).select<Row[]>(
      'r.id',
      'r.askedAt',
      'r.askedUntil',
      'u.login as askedBy',
      'r.takenAt',
      'r.endedAt',
      'r.occasion',
      'r.forgetAt',
      db.raw('octet_length(r.content) as size'),
    )
    return found.map(row => view(row, clock.now()))
  }

  return {
    list,

    async ask({ entityId, userId }, instanceId) {
      const now = clock.now()
      const until = new Date(now.getTime() + ASKED)
      await inTransaction(db, async trx => {
        const instance = await ownInstance(trx, entityId, instanceId)
        await trx.raw(
          `insert into connector_recordings (instance_id, asked_by, asked_at, asked_until, forget_at)
           values (:instanceId, :userId, :now, :until, :until)
           on conflict (instance_id) where taken_at is null do update
           set asked_by = excluded.asked_by, asked_at = excluded.asked_at,
               asked_until = excluded.asked_until, forget_at = excluded.forget_at`,
          { instanceId: instance.id, userId, now, until },
        )
        await tell(
          trx,
          entityId,
          { by: userId, now },
          'connecteur.enregistrement',
          `Enregistrement du prochain échange de « ${instance.label} » demandé.`,
        )
      })
      return list(entityId, instanceId)
    },

    async read(entityId, instanceId, recordingId) {
      const instance = await ownInstance(db, entityId, instanceId)
      const found = await rows(instance.id)
        .where('r.id', recordingId)
        .first<{ content: string | null; takenAt: Date | null } | undefined>('r.content', 'r.takenAt')
      if (found === undefined || found.content === null) throw errors.recordingNotFound()
      return { text: found.content, takenAt: found.takenAt ?? clock.now() }
    },

    async remove({ entityId, userId }, instanceId, recordingId) {
      await inTransaction(db, async trx => {
        const instance = await ownInstance(trx, entityId, instanceId)
        const removed = await trx('connector_recordings').where({ id: recordingId, instanceId: instance.id }).delete()
        if (removed === 0) throw errors.recordingNotFound()
        await tell(
          trx,
          entityId,
          { by: userId, now: clock.now() },
          'connecteur.enregistrement',
          `Enregistrement d’un échange de « ${instance.label} » supprimé.`,
        )
      })
    },
  }
}
