import type { Db } from '../db/knex.ts'
import type { Lanes } from '../engine/ports.ts'

/** Failures in a row after which nobody calls any more. */
const FAILURES_BEFORE_OPENING = 5
const FIRST_PAUSE = 30_000
const LONGEST_PAUSE = 15 * 60_000
/** A probe that gave no news for that long is lost with its process: another may be made. */
const PROBE_PATIENCE = 5 * 60_000
/** While a probe is out, the others come back after this, more or less. */
const PROBE_PAUSE = 15_000

type Door = Awaited<ReturnType<Lanes['enter']>>

interface Refusal {
  readonly openUntil: Date | null
  readonly probeUntil: Date | null
  readonly slot: Date | null
}

export interface LaneOptions {
  /** A number in [0, 1), to spread those who come back. */
  readonly random?: () => number
}

const plus = (date: Date, ms: number) => new Date(date.getTime() + Math.round(ms))

/**
 * The doors of the instances. Both decisions are single statements on one row, so that they hold for any number of
 * processes: PostgreSQL evaluates the condition again after it waited for the row.
 *
 * Spacing: those who come too early are given *successive* places, not all the same one, else a hundred documents would
 * come back together for one of them to pass.
 *
 * Breaker: after five failures in a row the door is closed for 30 s, then twice as long at each failed probe (15 min at
 * most). When the pause is over exactly one call goes through; its result opens or closes.
 */
export const createLanes = ({ db, random = Math.random }: { readonly db: Db } & LaneOptions): Lanes => {
  const pass = async (instanceId: string, now: Date): Promise<boolean> => {
    // Nothing is written when there is nothing to remember: neither spacing nor open breaker.
    const { rows } = await db.raw<{ rows: { free: boolean }[] }>(
      `select i.spacing_ms = 0 and l.open_until is null as free
       from connector_instances i left join instance_lanes l on l.instance_id = i.id where i.id = ?`,
      [instanceId],
    )
    if (rows[0]?.free !== false) return true
    const taken = await db.raw<{ rows: unknown[] }>(
      `insert into instance_lanes as l (instance_id, next_slot_at)
       select id, :now::timestamptz + spacing_ms * interval '1 ms' from connector_instances where id = :instanceId
       on conflict (instance_id) do update set
         next_slot_at = excluded.next_slot_at,
         probe_until = case when l.open_until is null then null else :probe::timestamptz end
       where (l.next_slot_at is null or l.next_slot_at <= :now)
         and (l.open_until is null or (l.open_until <= :now and (l.probe_until is null or l.probe_until <= :now)))
       returning 1`,
      { instanceId, now, probe: plus(now, PROBE_PATIENCE) },
    )
    return taken.rows.length > 0
  }

  const refuse = async (instanceId: string, now: Date): Promise<Door> => {
    const { rows } = await db.raw<{ rows: Refusal[] }>(
      `update instance_lanes l set tail_at = case when l.open_until is null
         then greatest(l.tail_at + i.spacing_ms * interval '1 ms', l.next_slot_at) else l.tail_at end
       from connector_instances i
       where l.instance_id = :instanceId and i.id = l.instance_id
       returning l.open_until as "openUntil", l.probe_until as "probeUntil", l.tail_at as slot`,
      { instanceId, now },
    )
    const { openUntil = null, probeUntil = null, slot = null } = rows[0] ?? {}
    if (openUntil === null) return { go: false, until: slot ?? now, why: '' }
    const why =
      'Le service distant ne répond plus : les appels sont suspendus quelques minutes, puis reprendront seuls.'
    if (openUntil > now) return { go: false, until: plus(openUntil, random() * PROBE_PAUSE), why }
    const probing = probeUntil !== null && probeUntil > now
    return { go: false, until: plus(now, probing ? PROBE_PAUSE * (0.5 + random()) : 1_000), why }
  }

  const failed = (instanceId: string, now: Date) =>
    db.raw(
      `insert into instance_lanes as l (instance_id, failures)
       select id, 1 from connector_instances where id = :instanceId
       on conflict (instance_id) do update set
         -- Those who were already inside when it opened fail as well: that is no reason to wait longer.
         failures = l.failures + case when l.open_until > :now::timestamptz then 0 else 1 end,
         probe_until = null,
         open_until = case
           when l.failures + 1 < :limit or l.open_until > :now::timestamptz then l.open_until
           else :now::timestamptz + least(:first * power(2, least(l.failures + 1 - :limit, 20)), :longest) * interval '1 ms'
         end`,
      { instanceId, now, limit: FAILURES_BEFORE_OPENING, first: FIRST_PAUSE, longest: LONGEST_PAUSE },
    )

  return {
    enter: async (instanceId, now) => ((await pass(instanceId, now)) ? { go: true } : refuse(instanceId, now)),

    async leave(instanceId, result, now) {
      if (result === 'failure') await failed(instanceId, now)
      else
        await db('instance_lanes')
          .where({ instanceId })
          .andWhereRaw('(failures > 0 or open_until is not null)')
          .update({ failures: 0, openUntil: null, probeUntil: null })
    },
  }
}
