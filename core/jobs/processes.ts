import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../authoring/context.ts'
import type { Db } from '../db/knex.ts'
import type { Processes } from '../engine/ports.ts'
import { removeSpent } from './rebuild.ts'

export interface HeartbeatOptions {
  readonly db: Db
  readonly kind: 'serve' | 'worker'
  readonly log: Log
  /** Milliseconds between two beats. */
  readonly every?: number
  /** Milliseconds of silence after which a process is taken for dead. */
  readonly deadAfter?: number
}

/** This process, among those that share the database. */
export interface Heartbeat extends Processes {
  /** Declares the process and keeps its row fresh until `stop`. */
  start(): Promise<void>
  /** The process leaves with empty hands: its row goes. */
  stop(): Promise<void>
  /**
   * The process leaves while it still holds jobs. They are free at once; its row stays, so that one taken at the very last moment
   * is found when the process is buried.
   */
  abandon(): Promise<void>
  /**
   * Takes up what dead processes left: their rows go, their jobs and lanes are free again.
   * @returns the processes found dead
   */
  bury(): Promise<readonly string[]>
}

/** The name under which the queue of a process locks its jobs. */
export const poolName = (processId: string): string => `pool-${processId}`

/**
 * The heart of a process. All dates are those of the database: several machines never agree to the second. A process that
 * was frozen and wakes finds its row gone and makes it again; its outcomes are refused by the fence of each document.
 */
export const createHeartbeat = ({ db, kind, log, every = 5_000, deadAfter = 20_000 }: HeartbeatOptions): Heartbeat => {
  const id = randomUUID()
  const stopping = new AbortController()
  let beating: Promise<void> | undefined

  const beat = () =>
    db.raw(
      `insert into processes (id, kind, host, pid, started_at, seen_at) values (?, ?, ?, ?, now(), now())
       on conflict (id) do update set seen_at = excluded.seen_at`,
      [id, kind, hostname(), process.pid],
    )

  const keepBeating = async () => {
    while (!stopping.signal.aborted) {
      try {
        await sleep(every, undefined, { signal: stopping.signal })
        await beat()
      } catch (error) {
        // Stopping is not a failure; a database away for a moment is not a reason to stop beating.
        if (!stopping.signal.aborted) log.warn({ err: error }, 'a heartbeat was missed')
      }
    }
  }

  return {
    id,
    async isAlive(processId) {
      if (processId === id) return true
      const { rows } = await db.raw<{ rows: unknown[] }>(
        `select from processes where id::text = ? and seen_at > now() - ? * interval '1 ms'`,
        [processId, deadAfter],
      )
      return rows.length > 0
    },
    async start() {
      await beat()
      beating = keepBeating()
    },
    async stop() {
      stopping.abort()
      await beating
      await db('processes').where({ id }).delete()
    },
    async abandon() {
      stopping.abort()
      await beating
      await db.raw('select graphile_worker.force_unlock_workers(?)', [[poolName(id)]])
    },
    async bury() {
      const { rows } = await db.raw<{ rows: { dead: string }[] }>(
        `with gone as (delete from processes where seen_at < now() - ? * interval '1 ms' returning id),
         freed as (select graphile_worker.force_unlock_workers(array_agg('pool-' || id)) from gone having count(*) > 0)
         select id::text as dead from gone left join freed on true`,
        [deadAfter],
      )
      const dead = rows.map(row => row.dead)
      if (dead.length === 0) return dead
      await removeSpent(db)
      log.warn({ processes: dead }, 'jobs of dead processes are taken up again')
      return dead
    },
  }
}
