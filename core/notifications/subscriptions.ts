import type { Db } from '../db/knex.ts'
import { inTransaction } from '../db/unit-of-work.ts'
import { errors } from '../errors.ts'
import { appendJournal } from '../journal/append.ts'
import type { NewSubscription, Subscription } from './model.ts'

/** Subscriptions of one person are few: more than that is a mistake, or a program. */
const MOST = 200

const COLUMNS = [
  's.id',
  's.entityId',
  's.flowId',
  's.event',
  's.rhythm',
  's.createdAt',
  'e.name as entityName',
] as const

/** Whose they are, and the name that the journal keeps. */
export interface Subscriber {
  readonly userId: string
  readonly name: string
}

const of = (db: Db, userId: string) =>
  db('notification_subscriptions as s').join('entities as e', 'e.id', 's.entity_id').where('s.user_id', userId)

type Row = Omit<Subscription, 'flowId'> & { readonly flowId: string | null }
const view = ({ flowId, ...row }: Row): Subscription => ({ ...row, flowId: flowId ?? undefined })

export const subscriptionsOf = async (db: Db, userId: string): Promise<readonly Subscription[]> => {
  const rows: Row[] = await of(db, userId).orderBy(['e.path', 's.flow_id', 's.id']).select(COLUMNS)
  return rows.map(view)
}

/** What is said of a subscription in the journal of its entity. */
const told = ({ event, flowId, rhythm }: Pick<NewSubscription, 'event' | 'flowId' | 'rhythm'>): string =>
  `${event}, ${flowId ?? 'tous les flux'}, ${rhythm === 'daily' ? 'une fois par jour' : 'tout de suite'}`

/**
 * Subscribes to events of an entity and everything below; those already subscribed to take the new rhythm.
 * @throws errors.conflict when the person has too many of them
 */
export const subscribe = (
  db: Db,
  { userId, name }: Subscriber,
  { events, ...wanted }: Omit<NewSubscription, 'event'> & { readonly events: readonly string[] },
  now: Date,
): Promise<void> =>
  inTransaction(db, async trx => {
    const { entityId, flowId, rhythm } = wanted
    for (const event of new Set(events))
      await trx.raw(
        `insert into notification_subscriptions (entity_id, user_id, flow_id, event, rhythm, created_at)
         values (:entityId, :userId, :flowId, :event, :rhythm, :now)
         on conflict (entity_id, event, user_id, coalesce(flow_id, '')) do update set rhythm = excluded.rhythm`,
        { entityId, userId, flowId: flowId ?? null, event, rhythm, now },
      )
    const held = await trx('notification_subscriptions')
      .where('user_id', userId)
      .count<{ count: string }[]>('* as count')
    if (Number(held[0]?.count ?? 0) > MOST)
      throw errors.conflict({
        detail: `Un compte suit ${MOST} sortes d'événements au plus : choisissez une entité plus haute, ou tous les flux.`,
      })
    await appendJournal(
      trx,
      { entityId, at: now, nameOf: () => name },
      [...new Set(events)].map(event => ({
        kind: 'admin',
        event: 'notification',
        message: `Abonnement : ${told({ ...wanted, event })}`,
        by: userId,
      })),
    )
  })

/** @throws errors.subscriptionNotFound, also for somebody else's */
export const unsubscribe = (db: Db, { userId, name }: Subscriber, id: string, now: Date): Promise<void> =>
  inTransaction(db, async trx => {
    const row: Row | undefined = await of(trx, userId).where('s.id', id).first(COLUMNS)
    if (!row) throw errors.subscriptionNotFound()
    await trx('notification_subscriptions').where({ id, userId }).delete()
    await appendJournal(trx, { entityId: row.entityId, at: now, nameOf: () => name }, [
      { kind: 'admin', event: 'notification', message: `Fin d'abonnement : ${told(view(row))}`, by: userId },
    ])
  })
