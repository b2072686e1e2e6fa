import type { Clock, Log } from '../authoring/context.ts'
import { ConfigurationError, TemporaryError } from '../authoring/errors.ts'
import { JOURNAL_SLOT, resolveInstance } from '../connectors/associations.ts'
import { EVERY_FLOW, InstanceModel } from '../connectors/model.ts'
import { tell } from '../connectors/tell.ts'
import type { Horodatage } from '../contracts/horodatage.ts'
import type { Db } from '../db/knex.ts'
import { inTransaction } from '../db/unit-of-work.ts'
import { backoff } from '../engine/backoff.ts'
import { enqueueStamping } from '../jobs/queue.ts'
import { blockText, keepBlock, lineHashes, LINES_OF_BLOCK } from './blocks.ts'
import { merkleTree } from './merkle.ts'

export interface Stamping {
  /**
   * Stamps the lines written since the last block of each entity that has a stamper, its own or an ancestor's, and plans the next pass.
   * @param after the entity where the pass before had stopped
   */
  run(after?: string): Promise<void>
}

export interface StampingDependencies {
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
  /** Calls the stamper of an instance. @throws what it throws; ConfigurationError when it is gone or does not stamp */
  readonly using: <T>(instanceId: string, call: (horodatage: Horodatage) => Promise<T>) => Promise<T>
  readonly suspend: (instanceId: string, message: string) => Promise<void>
  /** Milliseconds between two passes. */
  readonly every: number
}

/** Blocks in one pass, and entities read at once: short enough for a process that stops. */
const BLOCKS_OF_PASS = 50
const ENTITIES = 200

interface Due {
  readonly entityId: string
  readonly first: number
  readonly last: number
}

/** Entities with lines beyond their last block: one look at an index for each, however long their history. */
const dueAfter = async (db: Db, after: string): Promise<readonly Due[]> => {
  const { rows } = await db.raw<{ rows: { entityId: string; stamped: string; head: string }[] }>(
    `select h.entity_id as "entityId", coalesce(b.last_seq, 0) as stamped, h.seq as head
     from journal_heads h
     left join lateral (
       select last_seq from journal_blocks where entity_id = h.entity_id order by last_seq desc limit 1) b on true
     where h.entity_id > ? and h.seq > coalesce(b.last_seq, 0)
     order by h.entity_id limit ?`,
    [after, ENTITIES],
  )
  return rows.map(({ entityId, stamped, head }) => ({ entityId, first: Number(stamped) + 1, last: Number(head) }))
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Milliseconds that the stamper asked to be left alone. */
const asked = (error: unknown): number => (error instanceof TemporaryError ? (error.retryAfter ?? 0) : 0)

export const createStamping = ({ db, clock, log, using, suspend, every }: StampingDependencies): Stamping => {
  const failuresOf = (instanceId: string) =>
    db('journal_stamp_failures')
      .where({ instanceId })
      .first<{ failures: number; nextAt: Date } | undefined>('failures', 'next_at')

  const say = (instance: InstanceModel, message: string) =>
    inTransaction(db, trx =>
      tell(trx, instance.entityId, { by: undefined, now: clock.now() }, 'journal.horodatage', message),
    )

  const succeeded = async (instance: InstanceModel): Promise<void> => {
    if ((await db('journal_stamp_failures').where({ instanceId: instance.id }).delete()) > 0)
      await say(instance, `Horodatage du journal : « ${instance.label} » répond de nouveau.`)
  }

  /** Its administrator is told the first time; the lines wait, and so do those who ask for their proof. */
  const failed = async (instance: InstanceModel, error: unknown): Promise<void> => {
    log.warn({ err: error, instance: instance.id }, 'a block of the journal could not be stamped')
    if (error instanceof ConfigurationError) return suspend(instance.id, said(error))
    const failures = ((await failuresOf(instance.id))?.failures ?? 0) + 1
    const nextAt = new Date(clock.now().getTime() + backoff(instance.id, failures, asked(error)))
    await db('journal_stamp_failures')
      .insert({ instanceId: instance.id, failures, nextAt })
      .onConflict('instance_id')
      .merge()
    if (failures === 1)
      await say(
        instance,
        `Horodatage du journal : « ${instance.label} » ne rend pas de jeton. ${said(error)} Les lignes du journal attendent, rien d'autre n'est retardé, et de nouveaux essais auront lieu.`,
      )
  }

  /** @returns the last line stamped */
  const stampBlock = async (instance: InstanceModel, due: Due): Promise<number> => {
    const { entityId, first } = due
    const last = Math.min(due.last, first + LINES_OF_BLOCK - 1)
    const { root } = merkleTree(await lineHashes(db, { entityId, first, last }))
    const extent = { entityId, first, last, root }
    const content = Buffer.from(blockText(extent))
    const { token, at, authority } = await using(instance.id, async horodatage => {
      const token = Buffer.from(await horodatage.stamp(content))
      return { token, ...(await horodatage.verify(content, token)) }
    })
    // A crash before this line costs a token: the block is asked again.
    await keepBlock(db, {
      ...extent,
      token,
      stampedAt: at,
      authority,
      instanceId: instance.id,
      instanceLabel: instance.label,
    })
    return last
  }

  /** The instances that answer, looked at once in a pass. */
  const answering = () => {
    const known = new Map<string, Promise<InstanceModel | undefined>>()
    const look = async (id: string) => {
      const instance = await InstanceModel.query(db).findById(id).where({ status: 'ok' })
      const failing = instance && (await failuresOf(id))
      return failing && failing.nextAt > clock.now() ? undefined : instance
    }
    return {
      async of(entityId: string): Promise<InstanceModel | undefined> {
        const id = await resolveInstance(db, entityId, EVERY_FLOW, JOURNAL_SLOT)
        if (id === undefined) return undefined
        const found = known.get(id) ?? look(id)
        known.set(id, found)
        return found
      },
      leave: (id: string) => void known.set(id, Promise.resolve(undefined)),
    }
  }

  /** Stamps up to so many blocks. @returns the entity to go on after, when some are left */
  const pass = async (from: string): Promise<string | undefined> => {
    const instances = answering()
    let after = from
    let left = BLOCKS_OF_PASS
    for (;;) {
      const all = await dueAfter(db, after)
      for (const due of all) {
        const instance = await instances.of(due.entityId)
        let { first } = due
        while (instance && first <= due.last) {
          if (left-- === 0) return after
          try {
            first = (await stampBlock(instance, { ...due, first })) + 1
            await succeeded(instance)
          } catch (error) {
            await failed(instance, error)
            instances.leave(instance.id)
            break
          }
        }
        after = due.entityId
      }
      if (all.length < ENTITIES) return undefined
    }
  }

  /** After the usual pause, or as soon as a stamper that failed may be asked again. */
  const nextPass = async (): Promise<Date> => {
    const now = clock.now()
    const usual = new Date(now.getTime() + every)
    const row = await db('journal_stamp_failures as f')
      .join('connector_instances as i', 'i.id', 'f.instance_id')
      .where('i.status', 'ok')
      .where('f.next_at', '>', now)
      .orderBy('f.next_at')
      .first<{ nextAt: Date } | undefined>('f.next_at')
    return row && row.nextAt < usual ? row.nextAt : usual
  }

  return {
    async run(after = '-1') {
      const more = await pass(after)
      if (more === undefined) await enqueueStamping(db, { at: await nextPass() })
      else await enqueueStamping(db, { at: clock.now(), after: more })
    },
  }
}
