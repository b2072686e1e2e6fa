import type { AwilixContainer } from 'awilix'
import type { Config } from '../config/index.ts'
import { StartupError } from '../config/startup-error.ts'
import { forgetOldKeys } from './http/idempotency.ts'
import { forgetEndedSessions } from './access/sessions.ts'
import { wire, type Cradle } from './container.ts'
import { forgetRecordings } from './connectors/recordings.ts'
import { suspendForbidden } from './connectors/simulations.ts'
import { forgetBatches } from './documents/batches/ledger.ts'
import { forgetUploads } from './documents/uploads.ts'
import { checkStore } from './files/open-store.ts'
import { surveyContents } from './files/survey.ts'
import { sweepContents } from './files/sweep.ts'
import { startDatabase, type Database } from './db/database.ts'
import { createKnex } from './db/knex.ts'
import { createListener } from './db/notifications.ts'
import { prepareDatabase } from './db/prepare.ts'
import { perform } from './engine/perform.ts'
import { createFlowRegistry } from './flows/registry.ts'
import { keptVersion, knownFlows, rememberFlows } from './flows/versions.ts'
import { studioNamesAmong } from './flows/studio/store.ts'
import { apiRoutes } from './http/api/index.ts'
import { createApp } from './http/app.ts'
import { listen, type Listening } from './http/listen.ts'
import { startWorker, type Worker, type WorkerDependencies } from './jobs/worker.ts'
import { load, type Loaded } from './loader.ts'
import { createLog } from './log.ts'
import { asStartupError } from './start-errors.ts'
import { rescheduler } from './documents/wake-up.ts'

/** A hub with its parts, its database up to date, serving and working as asked. */
export interface Hub {
  readonly cradle: Cradle
  readonly loaded: Loaded
  readonly database: Database
  /** Opens the web server. @throws StartupError when the port is taken */
  serve(): Promise<Listening>
  /** Runs what is due. */
  work(options?: Pick<WorkerDependencies, 'concurrency' | 'pollInterval' | 'roundEvery'>): Promise<Worker>
  /** Stops accepting, finishes what is in hand, closes the database. */
  close(): Promise<void>
}

const orSentence =
  (port: number) =>
  (error: NodeJS.ErrnoException): never => {
    if (error.code !== 'EADDRINUSE') throw error
    throw new StartupError(
      `Le port ${port} est déjà pris : arrêter l'autre programme, ou choisir un autre port avec PASSEUR_PORT.`,
      { cause: error },
    )
  }

/** Two processes starting at once take turns for the schema; then each remembers the flows it brings. */
const prepare = async (connectionString: string, loaded: Loaded) => {
  await prepareDatabase(connectionString, loaded.migrations)
  const db = createKnex({ connectionString, max: 1 })
  try {
    const taken = await studioNamesAmong(
      db,
      loaded.flows.map(flow => flow.stored.id),
    )
    if (taken.length > 0)
      throw new StartupError(
        `Une extension apporte un flux dont l'identifiant est déjà celui d'un flux du studio (${taken.join(', ')}) : changer celui de l'extension, ou la retirer.`,
      )
    await rememberFlows(db, loaded.flows)
    return await knownFlows(db)
  } finally {
    await db.destroy()
  }
}

const HOUSEKEEPING = 6 * 3_600_000
const UPLOAD_FORGOTTEN = 24 * 3_600_000

/** Sessions that ended and uploads that were cut leave rows and temporary files: several processes may sweep at once. */
const housekeeping = async ({ db, files, clock, log, config, notifications }: Cradle): Promise<void> => {
  try {
    const now = clock.now()
    await forgetEndedSessions(db, now)
    await forgetRecordings(db, now)
    await forgetOldKeys(db, now)
    await forgetBatches(db, new Date(now.getTime() - config.batchesKept))
    await forgetUploads(db, files, now)
    await notifications.forget(now)
    await surveyContents(db, files, now)
    await sweepContents(db, files, now)
    await files.removeAbandoned(new Date(now.getTime() - UPLOAD_FORGOTTEN))
  } catch (error) {
    log.warn({ err: error }, 'housekeeping could not be done')
  }
}

/**
 * Opens the hub: plugins and connectors, database, schema, wiring. Nothing is served nor worked on yet.
 * @throws StartupError, a French sentence with the remedy
 */
export const openHub = async (
  config: Config,
  kind: Cradle['kind'],
  { beat }: Pick<Cradle, 'beat'> = {},
): Promise<Hub> => {
  const log = createLog(config.logLevel)
  const loaded = await asStartupError(() => load({ sources: config.folders.root, packages: config.plugins }))
  await checkStore(config)
  const onLost = (error: Error) => {
    // Without its database a process can only lie: it stops, and whoever watches it starts it again.
    log.error({ err: error }, 'the database is gone')
    process.exit(1)
  }
  const database = await startDatabase({ url: config.databaseUrl, folder: config.folders.data, onLost })
  const { connectionString } = database
  const former = await prepare(connectionString, loaded)
  const flows = await asStartupError(async () =>
    createFlowRegistry(loaded.flows, loaded.steps, {
      former,
      readVersion: (id, version) => keptVersion(container.cradle.db, id, version),
      retired: config.closedFlows ?? [],
    }),
  )
  const listener = await createListener({ connectionString, log })
  const container: AwilixContainer<Cradle> = wire({ config, connectionString, loaded, flows, listener, kind, beat })
  const { cradle } = container
  const stopFollowing = await cradle.studio.follow(listener)
  await suspendForbidden(cradle.db, cradle.registry, cradle.clock.now())
  const stopping = new AbortController()
  const closers: (() => Promise<void>)[] = []

  return {
    cradle,
    loaded,
    database,
    async serve() {
      const app = await createApp({
        routes: apiRoutes(loaded.routes, loaded.viewers),
        mounts: loaded.mounts,
        publicPages: { pages: loaded.publicPages, key: config.secretKeys.current },
        services: cradle.services,
        ui: config.folders.ui,
        mismatch: 'drop',
        stopping: stopping.signal,
      })
      const handler = app.callback()
      const listening = await listen((request, response) => void handler(request, response), config).catch(
        orSentence(config.port),
      )
      const round = setInterval(() => void housekeeping(cradle), HOUSEKEEPING)
      round.unref()
      closers.push(async () => {
        clearInterval(round)
        await listening.close()
      })
      return listening
    },
    async work(options = {}) {
      const { db, clock, heartbeat, engine, laneOf, schedules, batches, notifications, stamping } = cradle
      const worker = await startWorker({
        db,
        connectionString,
        clock,
        log,
        heartbeat,
        perform: (entityId, documentId) => perform(engine, entityId, documentId),
        reschedule: rescheduler({ db, laneOf }),
        runSchedule: (instanceId, schedule) => schedules.run(instanceId, schedule),
        runBatch: (entityId, batchId) => batches.run(entityId, batchId),
        runNotifications: config.mail && notifications.run,
        runStamping: stamping.run,
        ...options,
      })
      await schedules.plan()
      worker.done.catch(onLost)
      closers.push(() => worker.stop())
      return worker
    },
    async close() {
      stopping.abort()
      for (const closeOne of closers.toReversed()) await closeOne()
      stopFollowing()
      await listener.close()
      await container.dispose()
      await database.stop()
    },
  }
}

/** Resolves when the process is told to stop; a second signal ends it at once. */
export const untilTold = (): Promise<void> =>
  new Promise(resolve => {
    const stop = () => {
      process.once('SIGINT', () => process.exit(130))
      process.once('SIGTERM', () => process.exit(143))
      resolve()
    }
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
  })
