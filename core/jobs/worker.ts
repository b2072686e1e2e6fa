import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Logger, run, type JobHelpers, type Runner, type TaskList, type WorkerEvents } from 'graphile-worker'
import type { Clock, Log } from '../authoring/context.ts'
import type { Db } from '../db/knex.ts'
import type { Performed } from '../engine/perform.ts'
import { createExclusive } from './exclusive.ts'
import { finishJob } from './finish.ts'
import { createPool, type QueuePool } from './pool.ts'
import { poolName, type Heartbeat } from './processes.ts'
import { addMissing, addMissingBatches, addNotifications, addStamping } from './rebuild.ts'

export interface WorkerDependencies {
  readonly db: Db
  readonly connectionString: string
  readonly clock: Clock
  readonly log: Log
  /** This process; started and stopped with the worker. */
  readonly heartbeat: Heartbeat
  /** Does what is due for a document. An exception is tried again by the queue, with growing pauses. */
  perform(entityId: string, documentId: string): Promise<Performed>
  /** Puts the wake-up call of a document where it belongs: its lane, its date. */
  reschedule(entityId: string, documentId: string): Promise<void>
  /** Runs a schedule of a connector, and plans the next run. */
  runSchedule(instanceId: string, schedule: string): Promise<void>
  /** Does a few lines of a batch, and plans the next run when some are left. */
  runBatch(entityId: string, batchId: string): Promise<void>
  /** Sends a few notifications, and plans the next run when some are left; none when the platform has no mail server. */
  readonly runNotifications?: (() => Promise<void>) | undefined
  /** Stamps some of the journal, from that entity on, and plans the next pass. */
  readonly runStamping?: ((after?: string) => Promise<void>) | undefined
  /** Documents worked on at once. */
  readonly concurrency?: number
  /** Milliseconds between two looks at what has become due; what is due at once is announced. */
  readonly pollInterval?: number
  /** Milliseconds between two rounds for dead processes and lost calls. */
  readonly roundEvery?: number
}

export interface Worker {
  /**
   * Takes no more jobs, lets those in hand finish, gives back those that did not within the patience.
   * @param patience milliseconds
   */
  stop(patience?: number): Promise<void>
  /** Settles when the worker stopped; rejects when it could not go on. */
  readonly done: Promise<void>
}

/** A call this late was lost. */
const LOST_AFTER = 60_000

const toLogger = (log: Log) =>
  new Logger(() => (level, message) => {
    if (level === 'error' || level === 'warning') log.warn({ queue: level }, message)
    else log.debug({ queue: level }, message)
  })

interface DocumentJob {
  readonly entityId: string
  readonly documentId: string
  /** Only to be put in its lane: whoever added it did not know which. */
  readonly route?: boolean
}

interface ScheduleJob {
  readonly instanceId: string
  readonly schedule: string
}

interface StampingJob {
  readonly after?: string
}

interface BatchJob {
  readonly entityId: string
  readonly batchId: string
}

const tasksOf = ({
  db,
  heartbeat,
  perform,
  reschedule,
  runSchedule,
  runBatch,
  runNotifications,
  runStamping,
}: WorkerDependencies): TaskList => {
  // Lanes already keep a document from being worked on twice at once; a document that changes lane would slip through.
  const exclusively = createExclusive()

  const wakeDocument = async ({ entityId, documentId, route }: DocumentJob) => {
    if (route) return reschedule(entityId, documentId)
    const performed = await exclusively(`${entityId}/${documentId}`, () => perform(entityId, documentId))
    // The clock of the database was ahead of ours: this call is spent, the document still wants one.
    if (performed === 'too early') await reschedule(entityId, documentId)
  }
  const wakeSchedule = ({ instanceId, schedule }: ScheduleJob) =>
    exclusively(`schedule ${instanceId}/${schedule}`, () => runSchedule(instanceId, schedule))

  const end = ({ job }: JobHelpers) => finishJob(db, job.id, poolName(heartbeat.id))
  return {
    document: async (payload, helpers) => {
      await wakeDocument(payload as DocumentJob)
      await end(helpers)
    },
    schedule: async (payload, helpers) => {
      await wakeSchedule(payload as ScheduleJob)
      await end(helpers)
    },
    batch: async (payload, helpers) => {
      const { entityId, batchId } = payload as BatchJob
      await exclusively(`batch ${entityId}/${batchId}`, () => runBatch(entityId, batchId))
      await end(helpers)
    },
    notifications: async (_payload, helpers) => {
      await runNotifications?.()
      await end(helpers)
    },
    stamping: async (payload, helpers) => {
      await runStamping?.((payload as StampingJob).after)
      await end(helpers)
    },
  }
}

/**
 * No `localQueue`, though it drains three times faster: it takes jobs by batches, several of one lane among them, and runs them
 * at once. A remote that bears one call at a time would get ten (measured; worker.test.ts holds lanes to their number).
 */
const startRunner = (dependencies: WorkerDependencies, { pool }: QueuePool): Promise<Runner> => {
  const { log, heartbeat, concurrency = 10, pollInterval = 250 } = dependencies
  const events = new EventEmitter() as WorkerEvents
  // Known before the first job is taken, so that no job can be locked under a name nobody wrote down.
  events.on('pool:create', ({ workerPool }) => {
    workerPool.id = poolName(heartbeat.id)
  })
  return run({
    pgPool: pool,
    concurrency,
    pollInterval,
    noHandleSignals: true,
    logger: toLogger(log),
    events,
    // Zero is « together, at once »: without it the library does not wait for the ends of jobs to be written when it stops,
    // and the last ones stay locked.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    crontab: '',
    taskList: tasksOf(dependencies),
  })
}

/** Runs what is due until `stop`. Any number of processes may do so on the same database. */
export const startWorker = async (dependencies: WorkerDependencies): Promise<Worker> => {
  const { db, connectionString, clock, log, heartbeat, concurrency = 10, roundEvery = 10_000 } = dependencies
  const stopping = new AbortController()

  const round = async () => {
    await heartbeat.bury()
    const found = await addMissing(db, { before: new Date(clock.now().getTime() - LOST_AFTER), limit: 1_000 })
    if (found > 0) log.warn({ found }, 'lost wake-up calls were added again')
    const batches = await addMissingBatches(db)
    if (batches > 0) log.warn({ batches }, 'lost batches were taken up again')
    if (dependencies.runNotifications) await addNotifications(db, clock.now())
    if (dependencies.runStamping) await addStamping(db, clock.now())
  }
  const rounds = async () => {
    while (!stopping.signal.aborted) {
      try {
        await round()
        await sleep(roundEvery, undefined, { signal: stopping.signal })
      } catch (error) {
        if (stopping.signal.aborted) return
        log.warn({ err: error }, 'a round could not be made')
        await sleep(1_000)
      }
    }
  }

  await heartbeat.start()
  const queue = createPool(connectionString, Math.min(concurrency, 8) + 2, log)
  const runner = await startRunner(dependencies, queue)
  // Jobs given back late still end: their connections are closed after them.
  const done = runner.promise.finally(() => queue.close())
  const walking = rounds()

  return {
    done,
    async stop(patience = 25_000) {
      stopping.abort()
      await walking
      const late = new AbortController()
      const timeout = sleep(patience, 'late' as const, { signal: late.signal, ref: false })
      const ended = await Promise.race([runner.stop(), timeout])
      late.abort()
      if (ended !== 'late') {
        await done
        return heartbeat.stop()
      }
      log.warn({}, 'jobs are given back: they did not finish in time')
      // An outcome that comes after this is refused by the fence of its document.
      await heartbeat.abandon()
    },
  }
}
