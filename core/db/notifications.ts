import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../authoring/context.ts'
import { connectionOf, type Db } from './knex.ts'

/** PostgreSQL's limit is 8000 bytes, identifiers and quotes included. */
const LARGEST_PAYLOAD = 7_900

/**
 * Sends a message to every process that listens, when the transaction commits (never if it rolls back).
 * Keep it small, an identifier: listeners read the rest.
 */
export const notify = async (db: Db, channel: string, payload: string): Promise<void> => {
  if (Buffer.byteLength(payload) > LARGEST_PAYLOAD)
    throw new Error(`a notification on ${channel} holds at most ${LARGEST_PAYLOAD} bytes: send an identifier instead`)
  await db.raw('select pg_notify(?, ?)', [channel, payload])
}

export interface Subscription {
  /** One message, in the order of the commits. */
  message(payload: string): void
  /** The connection came back: messages may have been lost meanwhile, read again what you show. */
  missed(): void
}

export interface Listener {
  /** @returns how to stop listening */
  subscribe(channel: string, subscription: Subscription): () => void
  close(): Promise<void>
}

const listenTo = (channel: string): string => `listen ${pg.escapeIdentifier(channel)}`

/**
 * Listens on one dedicated connection, opened again when it is lost (pauses from 0.1 to 10 s).
 * @returns once the first connection is open
 */
export const createListener = async ({
  connectionString,
  log,
}: {
  readonly connectionString: string
  readonly log: Log
}): Promise<Listener> => {
  const subscriptions = new Map<string, Set<Subscription>>()
  let client: pg.Client | undefined
  let closed = false

  const connect = async (): Promise<void> => {
    const next = new pg.Client({ ...connectionOf({ connectionString, name: 'passeur listen' }), keepAlive: true })
    next.on('notification', ({ channel, payload }) => {
      for (const each of subscriptions.get(channel) ?? []) each.message(payload ?? '')
    })
    next.on('error', error => {
      log.warn({ error: error.message }, "La connexion d'écoute à la base est perdue ; elle va être rétablie.")
    })
    next.once('end', () => {
      if (client !== next) return
      client = undefined
      if (!closed) void reconnect()
    })
    try {
      await next.connect()
      for (const channel of subscriptions.keys()) await next.query(listenTo(channel))
      client = next
    } catch (error) {
      await next.end()
      throw error
    }
  }

  const reconnect = async (): Promise<void> => {
    for (let pause = 100; !closed; pause = Math.min(pause * 2, 10_000)) {
      await sleep(pause, undefined, { ref: false })
      if (closed) return
      try {
        await connect()
        break
      } catch (error) {
        log.warn({ error: String(error) }, "La connexion d'écoute à la base n'est pas encore rétablie.")
      }
    }
    if (client) for (const set of subscriptions.values()) for (const each of set) each.missed()
  }

  await connect()
  return {
    subscribe(channel, subscription) {
      const known = subscriptions.get(channel)
      const set = known ?? new Set<Subscription>()
      set.add(subscription)
      if (!known) {
        subscriptions.set(channel, set)
        // Without a connection there is nothing to do: the next one listens to every channel of the map. A failure here is
        // a lost connection, reported by its `error` event.
        client?.query(listenTo(channel)).catch((error: Error) => {
          log.warn(
            { error: error.message, channel },
            "L'écoute de la base n'a pas pu commencer ; elle va être reprise.",
          )
        })
      }
      return () => void set.delete(subscription)
    },
    async close() {
      closed = true
      await client?.end()
    },
  }
}
