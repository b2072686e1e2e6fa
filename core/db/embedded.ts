import { setTimeout as sleep } from 'node:timers/promises'
import { StartupError } from '../../config/startup-error.ts'
import { findBinaries } from './embedded/binaries.ts'
import { ROLE } from './embedded/cluster.ts'
import { choosePlace, OUTSIDE, PORT, type Place } from './embedded/place.ts'
import { ensureServer, serverClient, stopServer } from './embedded/server.ts'

export { erasePlace as eraseEmbedded } from './embedded/place.ts'

/** Every process that uses the embedded server holds this advisory lock, shared; who obtains it alone may stop it. */
const IN_USE = 7_270_021

export interface EmbeddedOptions {
  /** Data folder of the hub; the cluster is kept below it. */
  readonly folder: string
  /** Settings of PostgreSQL added to ours. */
  readonly settings?: Record<string, string>
  /** `forgettable`: created without waiting for the disk, for tests. */
  readonly durable?: 'durable' | 'forgettable'
}

export interface Embedded {
  readonly place: Place
  /** `postgresql://` address of a database of this server. */
  connectionString(database: string): string
}

/** Address of a database behind a Unix socket, as `pg` reads it. */
const addressOf = (place: Place, database: string): string =>
  `postgresql://${ROLE}@${encodeURIComponent(place.socketFolder)}:${PORT}/${database}`

/**
 * Makes the embedded PostgreSQL of a data folder run, and leaves it running.
 * @throws StartupError, a French sentence with the remedy
 */
export const runEmbedded = async ({ folder, ...options }: EmbeddedOptions): Promise<Embedded> => {
  const place = await choosePlace(folder)
  const binaries = await findBinaries(place.account, { links: place.links, outside: OUTSIDE })
  await ensureServer(place, binaries, options)
  return { place, connectionString: database => addressOf(place, database) }
}

/** Stops the embedded PostgreSQL of a data folder, if it runs. Whoever uses it loses its connections. */
export const stopEmbedded = async (folder: string): Promise<void> => stopServer(await choosePlace(folder))

/** Connects and marks the server as used; `undefined` when it is being stopped under us. */
const markInUse = async (place: Place) => {
  const client = serverClient(place, 'postgres')
  let lost: Error | undefined
  const keep = (error: Error): void => {
    lost = error
  }
  client.on('error', keep)
  try {
    await client.connect()
    const { rows } = await client.query<{ free: boolean }>('select pg_try_advisory_lock_shared($1) as free', [IN_USE])
    if (!rows[0]?.free || lost) throw new Error('the server is being stopped by another process', { cause: lost })
    client.off('error', keep)
    return client
  } catch {
    await client.end()
    return undefined // the caller starts it again
  }
}

/**
 * Starts the embedded PostgreSQL for the life of this process, or shares the one another process of the hub started.
 *
 * @param options.onLost called when the server disappears under us
 * @returns the address of the hub's database, created when absent, and `stop`, which stops the server unless another
 *   process still uses it
 * @throws StartupError, a French sentence with the remedy
 */
export const startEmbedded = async (options: EmbeddedOptions & { readonly onLost: (error: Error) => void }) => {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const { place, connectionString } = await runEmbedded(options)
    const client = await markInUse(place)
    if (!client) {
      await sleep(100)
      continue
    }
    client.on('error', options.onLost)
    const known = await client.query('select from pg_database where datname = $1', [ROLE])
    // Two processes may start on a new cluster at once: the second creation fails, and the database is there.
    if (known.rowCount === 0)
      await client.query(`create database ${ROLE}`).catch((error: { code?: string }) => {
        if (error.code !== '42P04' && error.code !== '23505') throw error
      })
    const stop = async (): Promise<void> => {
      client.off('error', options.onLost)
      await client.query('select pg_advisory_unlock_shared($1)', [IN_USE])
      const { rows } = await client.query<{ alone: boolean }>('select pg_try_advisory_lock($1) as alone', [IN_USE])
      client.on('error', () => undefined) // SIGINT cuts this very connection: that is the point
      if (rows[0]?.alone) await stopServer(place)
      await client.end()
    }
    return { place, connectionString: connectionString(ROLE), stop }
  }
  throw new StartupError(
    'La base embarquée est arrêtée sans cesse par un autre processus : arrêtez tous les processus de Passeur, puis relancez.',
  )
}
