import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { StartupError } from '../../../config/startup-error.ts'
import type { Binaries } from './binaries.ts'
import { ensureCluster, ROLE, spawnOptions } from './cluster.ts'
import { PORT, type Place } from './place.ts'
import { commandOf, isAlive } from './process.ts'

/** Recovery after a power cut replays the journal of PostgreSQL before answering. */
const PATIENCE = 120_000
const LOG_LIMIT = 10_000_000

/** A running server: how to connect to it as the hub's role. */
export const serverClient = (place: Place, database: string): pg.Client =>
  new pg.Client({ host: place.socketFolder, port: PORT, user: ROLE, database })

const pidFile = (place: Place): string => join(place.data, 'postmaster.pid')

const missing = (error: NodeJS.ErrnoException): undefined => {
  if (error.code === 'ENOENT') return undefined
  throw error
}

const writtenPid = async (place: Place): Promise<number | undefined> => {
  const text = await readFile(pidFile(place), 'utf8').catch(missing)
  const pid = Number(text?.split('\n')[0])
  return pid > 0 ? pid : undefined
}

/** `true`: a server of this very folder answers. `false`: nobody. `'busy'`: it is starting or stopping. */
const answers = async (place: Place): Promise<boolean | 'busy'> => {
  const client = serverClient(place, 'postgres')
  client.on('error', () => undefined) // a server that stops while we look at it: the query below says so
  try {
    await client.connect()
    const { rows } = await client.query<{ data_directory: string }>('show data_directory')
    return (await realpath(rows[0]?.data_directory ?? '')) === (await realpath(place.data))
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return false
    if (code === '28000')
      throw new StartupError(
        `La base embarquée de ${place.data} refuse le compte qui lance Passeur : lancez-le avec le compte « ${place.account.name} » ou root.`,
        { cause: error },
      )
    if (code?.startsWith('57P') || code === 'ECONNRESET' || code === 'EPIPE' || code === undefined) return 'busy'
    throw error
  } finally {
    await client.end()
  }
}

const isServer = (command: string, place: Place): boolean =>
  command.includes('postgres') && command.includes(place.data)

/**
 * A pid file left by a dead server whose number was given to another program makes PostgreSQL refuse to start. We remove
 * it only when the program is seen *not* to be PostgreSQL on this folder; a dead pid is left to PostgreSQL, which then
 * also checks that no orphan still uses the memory of the former server.
 */
const removeStalePidFile = async (place: Place): Promise<'removed' | 'kept'> => {
  const pid = await writtenPid(place)
  if (pid === undefined || !isAlive(pid)) return 'kept'
  const command = await commandOf(pid)
  if (command === undefined || isServer(command, place)) return 'kept'
  await rm(pidFile(place), { force: true })
  await rm(join(place.socketFolder, `.s.PGSQL.${PORT}.lock`), { force: true })
  return 'removed'
}

const startArguments = (place: Place, settings: Readonly<Record<string, string>>): string[] => {
  const all = {
    listen_addresses: '',
    port: String(PORT),
    unix_socket_directories: place.socketFolder,
    unix_socket_permissions: '0700',
    max_connections: '100',
    timezone: 'UTC',
    log_timezone: 'UTC',
    jit: 'off',
    ...settings,
  }
  return ['-D', place.data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

/** Starts a server that survives us, and tells when it has exited instead. */
const launch = async (place: Place, binaries: Binaries, settings: Readonly<Record<string, string>>) => {
  const size = (await stat(place.log).catch(missing))?.size ?? 0
  if (size > LOG_LIMIT) await rename(place.log, `${place.log}.1`)
  const log = await open(place.log, 'a', 0o640)
  const child = spawn(binaries.postgres, startArguments(place, settings), {
    ...spawnOptions(place, binaries),
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  })
  const exited = once(child, 'exit').then(() => true as const)
  child.unref()
  await log.close()
  return { exited }
}

const lastWords = async (place: Place): Promise<string> => {
  const text = await readFile(place.log, 'utf8').catch(missing)
  const fault = text?.split('\n').findLast(line => /FATAL|PANIC|error while loading/u.test(line))
  return fault?.replace(/^.*?(FATAL|PANIC): +/u, '') ?? 'aucune explication dans son journal'
}

/**
 * Makes a server run on that place: adopts the one that runs already (after a crash of the hub, or started by another
 * process of the hub at the same moment), else creates the cluster if needed and starts one.
 * @throws StartupError with the reason found in the server's log
 */
export const ensureServer = async (
  place: Place,
  binaries: Binaries,
  {
    settings = {},
    durable = 'durable',
  }: { readonly settings?: Record<string, string>; readonly durable?: 'durable' | 'forgettable' },
): Promise<void> => {
  const deadline = performance.now() + PATIENCE
  let exits = 0
  let exited: Promise<true> | undefined
  while (performance.now() < deadline) {
    const state = await answers(place)
    if (state === true) return
    const gone = exited && (await Promise.race([exited, sleep(10, false as const)]))
    if (gone) {
      exited = undefined
      exits += 1
      // Lost a race against another process, or orphans of a killed server are still leaving: both pass with time.
      if (exits > 5) break
      await sleep(100 * exits)
    } else if (state === false && !exited) {
      const pid = (await removeStalePidFile(place)) === 'kept' ? await writtenPid(place) : undefined
      if (pid === undefined || !isAlive(pid)) {
        await ensureCluster(place, binaries, durable)
        exited = (await launch(place, binaries, settings)).exited
      }
    }
    await sleep(10)
  }
  throw new StartupError(
    `La base embarquée n'a pas démarré dans ${place.data} : ${await lastWords(place)}. Le détail est dans ${place.log}.`,
  )
}

/**
 * Stops the server of a place, if there is one, and waits for its last page to be written. Clients are disconnected.
 * @throws Error when it is still there after a minute
 */
export const stopServer = async (place: Place): Promise<void> => {
  const pid = await writtenPid(place)
  if (pid === undefined || !(await answers(place))) return
  // A pid written from another container names something else here: never signal what is not our server.
  if (!isServer((await commandOf(pid)) ?? '', place)) return
  process.kill(pid, 'SIGINT')
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; await sleep(10)) {
    // The file goes first, the process a moment later; one that nobody reaps keeps its number but has no command any more.
    if ((await writtenPid(place)) !== pid && !isServer((await commandOf(pid)) ?? '', place)) return
  }
  throw new Error(
    `La base embarquée (processus ${pid}) ne s'est pas arrêtée en une minute ; son journal est ${place.log}.`,
  )
}
