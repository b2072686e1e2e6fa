import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Performed } from '../engine/perform.ts'
import { settle } from '../engine/settle.ts'
import { deliberationFlow as flow, newDocument, testStore, town } from '../documents/documents.fixture.ts'
import { rescheduler } from '../documents/wake-up.ts'
import type { StoredDocuments } from '../documents/store.ts'
import { keptLog } from '../testing/connect.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { createHeartbeat } from './processes.ts'
import { enqueue, enqueueSchedule, type Lane } from './queue.ts'
import { rebuildQueue } from './rebuild.ts'
import { startWorker, type Worker, type WorkerDependencies } from './worker.ts'

let database: TestDatabase
let store: StoredDocuments
let entityId: string
let workers: Worker[]
let seen: string[]

const clock = { now: () => new Date() }
const lane: Lane = { instanceId: '1', concurrency: 1 }

beforeEach(async () => {
  database = await testDatabase()
  store = testStore(database.knex)
  entityId = await town(database.knex)
  workers = []
  seen = []
})
afterEach(async () => {
  await Promise.all(workers.map(worker => worker.stop(100)))
  await database.close()
})

const start = async (more: Partial<WorkerDependencies> = {}, deadAfter = 20_000): Promise<Worker> => {
  const log = keptLog()
  const { knex: db, connectionString } = database
  const worker = await startWorker({
    db,
    connectionString,
    clock,
    log,
    heartbeat: createHeartbeat({ db, kind: 'worker', log, every: 100, deadAfter }),
    perform: async (_entityId, documentId) => {
      seen.push(documentId)
      return 'done'
    },
    reschedule: rescheduler({ db, laneOf: async () => lane }),
    runSchedule: async (instanceId, schedule) => void seen.push(`${instanceId}/${schedule}`),
    runBatch: async (entity, batch) => void seen.push(`lot ${entity}/${batch}`),
    pollInterval: 100,
    roundEvery: 100,
    ...more,
  })
  workers.push(worker)
  return worker
}

const call = (documentId: string, at = new Date(), more: { lane?: Lane; priority?: number } = {}) =>
  enqueue(database.knex, { entityId, documentId, at, ...more })
const jobs = () =>
  database.knex('graphile_worker.jobs').select<{ key: string | null; attempts: number; lockedBy: string | null }[]>('*')
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 15_000, interval: 25 })

describe('un réveil', () => {
  test('arrive une fois, à sa date, puis disparaît', async () => {
    await call('maintenant')
    await call('demain', new Date(Date.now() + 86_400_000))
    await start()
    await eventually(async () => expect((await jobs()).map(({ key }) => key)).toEqual([`document:${entityId}:demain`]))
    expect(seen).toEqual(['maintenant'])
  })

  test('demandé plusieurs fois pour le même document, n’arrive qu’une fois, à la dernière date dite', async () => {
    await call('d', new Date(Date.now() + 86_400_000))
    await Promise.all(Array.from({ length: 8 }, () => call('d')))
    expect(await jobs()).toHaveLength(1)
  })

  test('des agents passe avant les relevés', async () => {
    for (const [id, priority] of [
      ['relevé', 20],
      ['suite', 10],
      ['agent', 0],
    ] as const)
      await call(id, new Date(Date.now() - 1_000), { lane, priority })
    await start()
    await eventually(() => expect(seen).toEqual(['agent', 'suite', 'relevé']))
  })

  test('dont le traitement échoue revient plus tard', async () => {
    await call('d')
    await start({
      perform: async () => {
        seen.push('essai')
        if (seen.length === 1) throw new Error('base absente')
        return 'done'
      },
    })
    await eventually(() => expect(seen).toEqual(['essai', 'essai']))
  })

  test('arrivé trop tôt (horloges décalées) n’est pas perdu', async () => {
    const { document } = settle(flow, await store.create(newDocument(entityId)), { is: 'sent' }, new Date())
    await store.commit({ document, entries: [], wakeUp: document.due?.at ?? null }, 1)
    const answers: Performed[] = ['too early', 'done']
    await start({ perform: async () => answers.shift() ?? 'nothing due' })
    await eventually(() => expect(answers).toEqual([]))
  })
})

describe('une voie', () => {
  const watch = () => {
    let now = 0
    let most = 0
    const perform = async (): Promise<Performed> => {
      most = Math.max(most, ++now)
      await sleep(20)
      now--
      seen.push('fait')
      return 'done'
    }
    return { perform, most: () => most }
  }

  test.each([1, 2])('de %i appel(s) simultané(s) le reste avec deux processus', async concurrency => {
    for (let n = 0; n < 30; n++) await call(`d${n}`, new Date(), { lane: { instanceId: '7', concurrency } })
    const { perform, most } = watch()
    await start({ perform })
    await start({ perform })
    await eventually(() => expect(seen).toHaveLength(30))
    expect(most()).toBe(concurrency)
  })

  test('avance sans attendre le prochain coup d’œil à la file', async () => {
    for (let n = 0; n < 20; n++) await call(`d${n}`, new Date(), { lane })
    // An hour between two looks: only the end of a job can make the next one start.
    await start({ pollInterval: 3_600_000, concurrency: 1 })
    await eventually(() => expect(seen).toHaveLength(20))
  })

  test('lente ne retient pas les autres', async () => {
    for (let n = 0; n < 10; n++)
      await call(`lent${n}`, new Date(Date.now() - 60_000), { lane: { instanceId: '7', concurrency: 1 } })
    await call('rapide', new Date(), { lane: { instanceId: '8', concurrency: 1 } })
    let release: (() => void) | undefined
    const blocked = new Promise<void>(resolve => (release = resolve))
    await start({
      perform: async (_entity, id) => {
        if (id.startsWith('lent')) await blocked
        seen.push(id)
        return 'done'
      },
    })
    await eventually(() => expect(seen).toEqual(['rapide']))
    release?.()
    await eventually(() => expect(seen).toHaveLength(11))
  })

  test("un même document n'est jamais traité deux fois en même temps, même hors voie", async () => {
    const { perform, most } = watch()
    await start({ perform })
    for (let n = 0; n < 5; n++) {
      await call('d')
      await sleep(8)
    }
    await eventually(async () => expect(await jobs()).toEqual([]))
    expect(most()).toBe(1)
  })
})

describe("un processus qui s'arrête", () => {
  test('finit ce qu’il a commencé et ne prend plus rien', async () => {
    await call('en cours')
    const worker = await start({
      perform: async (_entity, id) => {
        seen.push(`début ${id}`)
        await sleep(300)
        seen.push(`fin ${id}`)
        return 'done'
      },
    })
    await eventually(() => expect(seen).toEqual(['début en cours']))
    await worker.stop()
    workers = []
    await call('après')
    expect(seen).toEqual(['début en cours', 'fin en cours'])
    expect((await jobs()).map(({ key }) => key)).toEqual([`document:${entityId}:après`])
    expect(await database.knex('processes')).toEqual([])
  })

  test('rend ce qu’il n’a pas pu finir à temps', async () => {
    await call('long', new Date(), { lane })
    let release: (() => void) | undefined
    const blocked = new Promise<Performed>(resolve => (release = () => resolve('superseded')))
    const worker = await start({ perform: () => blocked })
    await eventually(async () => expect((await jobs())[0]?.lockedBy).not.toBeNull())
    await worker.stop(50)
    workers = []
    await start({}, 2_000)
    await eventually(() => expect(seen).toEqual(['long']))
    release?.()
    await worker.done
  })

  test('tué net (kill -9) laisse des travaux qu’un autre reprend', async () => {
    await call('orphelin', new Date(), { lane })
    await call('suivant', new Date(), { lane })
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('./worker.child.ts', import.meta.url)), database.connectionString],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const [said] = (await once(child.stdout, 'data')) as [Buffer]
    const [deadId = '', first] = said.toString().trim().split(' ')
    const survivor = createHeartbeat({ db: database.knex, kind: 'worker', log: keptLog(), deadAfter: 1_000 })
    expect(await survivor.isAlive(deadId)).toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect((await jobs()).filter(job => job.lockedBy === `pool-${deadId}`)).toHaveLength(1)

    await start({}, 1_000)
    await eventually(() => expect(seen).toHaveLength(2))
    expect(seen).toContain(first)
    expect(await survivor.isAlive(deadId)).toBe(false)
  })

  test('figé puis réveillé se déclare de nouveau vivant', async () => {
    const heartbeat = createHeartbeat({ db: database.knex, kind: 'worker', log: keptLog(), every: 50, deadAfter: 300 })
    await heartbeat.start()
    await database.knex('processes').delete()
    const other = createHeartbeat({ db: database.knex, kind: 'serve', log: keptLog(), deadAfter: 300 })
    await eventually(async () => expect(await other.isAlive(heartbeat.id)).toBe(true))
    expect(await other.bury()).toEqual([])
    await heartbeat.stop()
    expect(await other.isAlive(heartbeat.id)).toBe(false)
  })
})

describe('la file', () => {
  const due = async () => {
    const document = await store.create(newDocument(entityId))
    return store.commit(settle(flow, document, { is: 'sent' }, new Date(Date.now() - 120_000)), 1)
  }
  const forget = () => database.knex.raw('delete from graphile_worker._private_jobs')

  test('perdue se refait depuis les documents, et dit ce qui manquait et ce qui était de trop', async () => {
    await due()
    await due()
    await forget()
    await call('inconnu')
    expect(await rebuildQueue(database.knex)).toEqual({ missing: 2, extra: 1 })
    expect(await rebuildQueue(database.knex)).toEqual({ missing: 0, extra: 0 })
  })

  test('un réveil abandonné après trop d’échecs compte comme perdu', async () => {
    await due()
    await database.knex.raw('update graphile_worker._private_jobs set attempts = max_attempts')
    expect(await rebuildQueue(database.knex)).toEqual({ missing: 1, extra: 0 })
    expect(await jobs()).toMatchObject([{ attempts: 0 }])
  })

  test('un document qui attend un administrateur n’a rien à y faire', async () => {
    const { id } = await due()
    await database.knex('documents').where({ id }).update({ waitingFor: 'association' })
    expect(await rebuildQueue(database.knex)).toEqual({ missing: 0, extra: 1 })
  })

  test('un réveil perdu est retrouvé sans que personne le demande, et reprend sa voie', async () => {
    const { id } = await due()
    await forget()
    const lanes: (string | null)[] = []
    await start({
      perform: async (_entity, documentId) => {
        const key = `document:${entityId}:${documentId}`
        const row = await database
          .knex('graphile_worker.jobs')
          .where({ key })
          .first<{ queueName: string | null }>('queueName')
        lanes.push(row.queueName)
        seen.push(documentId)
        await database.knex('documents').where({ id }).update({ dueAt: null })
        return 'done'
      },
    })
    await eventually(() => expect(seen).toEqual([id]))
    expect(lanes).toEqual(['lane:1:0'])
  })
})

test('un relevé programmé est exécuté par un seul processus', async () => {
  await start()
  await start()
  await enqueueSchedule(database.knex, { instanceId: '3', schedule: 'classification', at: new Date() })
  await eventually(async () => expect(await jobs()).toEqual([]))
  expect(seen).toEqual(['3/classification'])
})
