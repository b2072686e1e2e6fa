import { setTimeout as sleep } from 'node:timers/promises'
import { createKnex } from '../../db/knex.ts'
import { createHeartbeat } from '../../jobs/processes.ts'
import { startWorker } from '../../jobs/worker.ts'
import { keptLog } from '../../testing/connect.ts'
import { batchesHub } from './batches.fixture.ts'

/** A worker of its own process that does three lines of a batch, says so, and never comes back: what the test kills. */
const connectionString = process.argv[2] ?? ''
const db = createKnex({ connectionString })
let done = 0
const { batches } = await batchesHub(db, documents => ({
  ...documents,
  async act(change) {
    const after = await documents.act(change)
    if (++done === 3) {
      process.stdout.write('three\n')
      await sleep(600_000)
    }
    return after
  },
}))
await startWorker({
  db,
  connectionString,
  clock: { now: () => new Date(performance.timeOrigin + performance.now()) },
  log: keptLog(),
  heartbeat: createHeartbeat({ db, kind: 'worker', log: keptLog(), every: 200 }),
  perform: async () => 'done',
  reschedule: async () => undefined,
  runSchedule: async () => undefined,
  runBatch: (entityId, batchId) => batches.run(entityId, batchId),
})
