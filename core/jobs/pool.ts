import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../authoring/context.ts'
import { connectionOf } from '../db/knex.ts'

export interface QueuePool {
  readonly pool: pg.Pool
  /** Closes every connection, and waits until each is. */
  close(): Promise<void>
}

/** A closing socket that says nothing is left to its fate after this. */
const PATIENCE = 2_000

/**
 * The connections of the queue. The pool of `pg` forgets a connection before its socket is closed, and stops listening to its
 * errors: a database that stops at that moment would end the process with an uncaught exception.
 */
export const createPool = (connectionString: string, max: number, log: Log): QueuePool => {
  const pool = new pg.Pool({ ...connectionOf({ connectionString, name: 'passeur queue' }), max })
  const open = new Set<Promise<void>>()
  let closing = false
  const lost = (error: Error) => {
    if (!closing) log.warn({ err: error }, 'a connection of the queue was lost')
  }
  pool.on('error', lost)
  pool.on('connect', client => {
    client.on('error', lost)
    const ended = new Promise<void>(resolve => client.once('end', resolve))
    open.add(ended)
    void ended.then(() => open.delete(ended))
  })
  return {
    pool,
    async close() {
      closing = true
      await pool.end()
      await Promise.race([Promise.all(open), sleep(PATIENCE, undefined, { ref: false })])
    },
  }
}
