import { setTimeout as sleep } from 'node:timers/promises'
import { createKnex } from '../db/knex.ts'
import { createHeartbeat } from './processes.ts'
import { startWorker } from './worker.ts'

/** A worker of its own process that takes a job, says so, and never ends it: what the test kills. */
const connectionString = process.argv[2] ?? ''
const silent = { debug() {}, info() {}, warn() {}, error() {} }
const db = createKnex({ connectionString })
const heartbeat = createHeartbeat({ db, kind: 'worker', log: silent, every: 200 })
await startWorker({
  db,
  connectionString,
  clock: { now: () => new Date(performance.timeOrigin + performance.now()) },
  log: silent,
  heartbeat,
  perform: async (_entityId, documentId) => {
    process.stdout.write(`${heartbeat.id} ${documentId}\n`)
    await sleep(600_000)
    return 'done'
  },
  reschedule: async () => undefined,
  runSchedule: async () => undefined,
  runBatch: async () => undefined,
})
