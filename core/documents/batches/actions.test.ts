import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { setUserEnabled } from '../../access/users.ts'
import { createHeartbeat } from '../../jobs/processes.ts'
import { addMissingBatches } from '../../jobs/rebuild.ts'
import { startWorker } from '../../jobs/worker.ts'
import { verifyJournal } from '../../journal/verify.ts'
import { testDatabase, type TestDatabase } from '../../testing/database.ts'
import { queuedJobs } from '../documents.fixture.ts'
import { batchesHub, results, runAll, type BatchesHub } from './batches.fixture.ts'
import { forgetBatches } from './ledger.ts'
import { MOST_DOCUMENTS } from './model.ts'
import type { Asking } from './service.ts'

let database: TestDatabase
let hub: BatchesHub
let me: Asking

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())
beforeEach(async () => {
  hub = await batchesHub(database.knex)
  me = await hub.asking(await hub.person())
})
afterEach(() => hub.close())

const circuit = { 'visa.circuit': { value: '1', label: 'Maire' } }
const drafts = async (count: number) => {
  const ids: string[] = []
  for (let n = 0; n < count; n++) ids.push((await hub.draft(circuit)).id)
  return ids
}
const send = async (documents: readonly string[], action = 'envoyer', who = me) =>
  hub.batches.act(who, { selection: { documents }, action })
const stateOf = async (id: string) => (await hub.store.load(me.entityId, id))?.state

describe('un lot d’actions', () => {
  test('fait chaque document avec la garde du bouton ; un refus, au milieu, ne le rejette pas et se lit', async () => {
    const [first = '', last = ''] = await drafts(2)
    const { id: incomplete } = await hub.draft({ objet: '' })
    const batch = await send([first, incomplete, last])
    expect(batch).toMatchObject({ stage: 'running', label: 'Envoyer', counts: { todo: 3 } })
    const lines = await runAll(hub.batches, batch, me)
    expect(lines.map(([status]) => status)).toEqual(['done', 'refused', 'done'])
    expect(lines[1]?.[1]).toContain('« Objet » est à renseigner.')
    expect(await stateOf(first)).toBe('visa.aEnvoyer')
    expect(await stateOf(incomplete)).toBe('brouillon')
    expect(await hub.batches.get(me, batch.id)).toMatchObject({
      stage: 'ended',
      counts: { todo: 0, done: 2, refused: 1 },
    })
  })

  test('s’écrit au journal de chaque document qu’il change, au nom de qui l’a demandé', async () => {
    const [document = ''] = await drafts(1)
    const batch = await send([document])
    await runAll(hub.batches, batch, me)
    expect(await hub.journal(document)).toContain(`Lot n° ${batch.id} : Envoyer`)
    expect((await hub.store.load(me.entityId, document))?.due?.by ?? me.userId).toBe(me.userId)
    expect((await verifyJournal(database.knex, me.entityId)).broken).toEqual([])
  })

  test('supprime comme le bouton, et garde le titre de ce qui n’est plus', async () => {
    const [document = ''] = await drafts(1)
    const batch = await send([document], 'supprimer')
    await runAll(hub.batches, batch, me)
    expect(await stateOf(document)).toBeUndefined()
    expect((await hub.batches.items(me, batch.id, { after: 0, limit: 9 }))[0]?.title).toBe('Subvention à l’école')
  })

  test('regarde les droits au moment de faire : retirés, ou compte désactivé, il refuse ce qui reste', async () => {
    const documents = await drafts(2)
    const first = await send(documents.slice(0, 1))
    const second = await send(documents.slice(1))
    await database.knex('user_roles').where({ userId: me.userId }).delete()
    expect((await runAll(hub.batches, first, me))[0]?.[1]).toContain("n'existe pas dans cette entité")
    await setUserEnabled(database.knex, me.userId, 'disabled')
    expect((await runAll(hub.batches, second, me))[0]?.[1]).toContain('est désactivé')
    expect(await stateOf(documents[0] ?? '')).toBe('brouillon')
  })

  test('ne dit rien d’un document d’une autre entité, ni d’un flux qui ne se lit pas', async () => {
    const elsewhere = await batchesHub(database.knex)
    const { id: foreign } = await elsewhere.draft(circuit)
    const batch = await send([foreign, 'absent'])
    const items = await hub.batches.items(me, batch.id, { after: 0, limit: 9 })
    expect(items.map(({ title, status }) => [title, status])).toEqual([
      ['', 'refused'],
      ['', 'refused'],
    ])
    expect(new Set(items.map(({ message }) => message)).size).toBe(1)
    await runAll(hub.batches, batch, me)
    expect((await elsewhere.store.load(elsewhere.entityId, foreign))?.state).toBe('brouillon')
    await elsewhere.close()
  })

  test('d’une autre personne n’existe pas', async () => {
    const batch = await send(await drafts(1))
    const other = await hub.asking(await hub.person())
    await expect(hub.batches.get(other, batch.id)).rejects.toThrow("Ce lot n'existe pas")
    await expect(hub.batches.cancel(other, batch.id)).rejects.toThrow("Ce lot n'existe pas")
    expect(await hub.batches.list(other, { after: undefined, limit: 10 })).toEqual([])
  })

  test('prend tous ceux d’une recherche, et refuse d’en prendre trop', async () => {
    await hub.draft({ ...circuit, objet: 'Voirie communale' })
    await drafts(1)
    const batch = await hub.batches.act(me, { selection: { search: { text: 'voirie' } }, action: 'envoyer' })
    expect(await runAll(hub.batches, batch, me)).toEqual([['done', '']])
    await database.knex.raw(
      `insert into documents (entity_id, id, flow_id, flow_version, title, state, state_since, version, data, trail, created_at, updated_at)
       select entity_id, 'copie' || n, flow_id, flow_version, title, state, state_since, version, data, trail, created_at, updated_at
       from documents, generate_series(1, ?) n where entity_id = ? and state = 'brouillon'`,
      [MOST_DOCUMENTS, me.entityId],
    )
    const tooMany = hub.batches.act(me, { selection: { search: {} }, action: 'envoyer' })
    await expect(tooMany).rejects.toMatchObject({
      fields: [{ message: expect.stringMatching(/1\s000 documents au plus/u) as string }],
    })
    await expect(send([])).rejects.toMatchObject({
      fields: [{ message: expect.stringContaining('Aucun document') as string }],
    })
  })

  test('dit ce qui peut être demandé ensemble, et à combien', async () => {
    const documents = [...(await drafts(2)), (await hub.draft({ objet: '' })).id, 'absent']
    const offers = await hub.batches.offers(me, { documents })
    expect(offers.map(({ name, possible, total }) => [name, possible, total])).toEqual([
      ['supprimer', 3, 4],
      ['envoyer', 2, 4],
    ])
    expect(offers[0]?.confirm).toContain('Supprimer ce document')
  })

  test('annulé, laisse ce qui reste et ne défait rien', async () => {
    const documents = await drafts(25)
    const batch = await send(documents)
    await hub.batches.run(batch.entityId, batch.id)
    expect(await hub.batches.cancel(me, batch.id)).toMatchObject({
      stage: 'cancelled',
      counts: { done: 20, cancelled: 5 },
    })
    await hub.batches.run(batch.entityId, batch.id)
    expect(await stateOf(documents[24] ?? '')).toBe('brouillon')
    await expect(hub.batches.cancel(me, batch.id)).rejects.toMatchObject({
      detail: expect.stringContaining('terminé') as string,
    })
  })

  test('de deux personnes sur les mêmes documents : chacun part une fois, chaque ligne a son résultat', async () => {
    const documents = await drafts(6)
    const other = await hub.asking(await hub.person())
    const [one, two] = [await send(documents), await send(documents, 'envoyer', other)]
    await Promise.all([runAll(hub.batches, one, me), runAll(hub.batches, two, other)])
    const all = [...(await results(hub.batches, me, one.id)), ...(await results(hub.batches, other, two.id))]
    expect(all.map(([status]) => status).toSorted()).toEqual([
      ...Array<string>(6).fill('done'),
      ...Array<string>(6).fill('refused'),
    ])
    for (const id of documents)
      expect((await hub.journal(id)).filter(message => message.startsWith('Lot n°'))).toHaveLength(1)
  })

  test('dont une ligne échoue pour une raison à nous le dit, et continue', async () => {
    const broken = await batchesHub(database.knex, documents => ({
      ...documents,
      act: change => (change.documentId.endsWith('!') ? Promise.reject(new Error('panne')) : documents.act(change)),
      get: where => documents.get({ ...where, documentId: where.documentId.replace('!', '') }),
    }))
    const who = await broken.asking(await broken.person())
    const document = await broken.draft(circuit)
    await database.knex('documents').insert({
      ...(await database
        .knex('documents')
        .where({ entityId: broken.entityId, id: document.id })
        .first(
          'entityId',
          'flowId',
          'flowVersion',
          'title',
          'state',
          'stateSince',
          'version',
          'createdAt',
          'updatedAt',
        )),
      id: `${document.id}!`,
      data: '{}',
      trail: '[]',
    })
    const batch = await broken.batches.act(who, {
      selection: { documents: [`${document.id}!`, document.id] },
      action: 'envoyer',
    })
    const lines = await runAll(broken.batches, batch, who)
    expect(lines.map(([status]) => status)).toEqual(['failed', 'done'])
    expect(lines[0]?.[1]).toContain('Une erreur imprévue est survenue')
    await broken.close()
  })

  test('ancien s’efface, sauf s’il est en cours ; les documents restent', async () => {
    const documents = await drafts(2)
    const ended = await send(documents.slice(0, 1))
    await runAll(hub.batches, ended, me)
    const running = await send(documents.slice(1))
    await forgetBatches(database.knex, new Date(hub.clock.now().getTime() + 1))
    await expect(hub.batches.get(me, ended.id)).rejects.toThrow("Ce lot n'existe pas")
    expect((await hub.batches.get(me, running.id)).stage).toBe('running')
    expect(await stateOf(documents[0] ?? '')).toBe('visa.aEnvoyer')
  })

  test('dont l’appel s’est perdu est repris', async () => {
    const batch = await send(await drafts(1))
    const key = `batch:${batch.entityId}:${batch.id}`
    const calls = async () => (await queuedJobs(database.knex)).filter(job => job.key === key).length
    await database.knex.raw('select graphile_worker.remove_job(?)', [key])
    expect(await calls()).toBe(0)
    await addMissingBatches(database.knex)
    expect(await calls()).toBe(1)
    await runAll(hub.batches, batch, me)
  })

  test('survit à la mort du processus qui le faisait : chaque document est fait une fois, et dit une fois', async () => {
    const documents = await drafts(6)
    const batch = await send(documents)
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('./worker.child.ts', import.meta.url)), database.connectionString],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const gone = once(child, 'exit')
    const first = await Promise.race([once(child.stdout, 'data'), gone.then(() => undefined)])
    expect(String(first)).toBe('three\n')
    child.kill('SIGKILL')
    await gone
    const { connectionString, knex: db } = database
    const heartbeat = createHeartbeat({ db, kind: 'worker', log: hub.log, every: 100, deadAfter: 600 })
    const worker = await startWorker({
      db,
      connectionString,
      clock: { now: () => new Date() },
      log: hub.log,
      heartbeat,
      perform: async () => 'done',
      reschedule: async () => undefined,
      runSchedule: async () => undefined,
      runBatch: (entityId, id) => hub.batches.run(entityId, id),
      pollInterval: 50,
      roundEvery: 100,
    })
    await vi.waitFor(async () => expect((await hub.batches.get(me, batch.id)).stage).toBe('ended'), { timeout: 10_000 })
    await worker.stop()
    expect(await results(hub.batches, me, batch.id)).toEqual(documents.map(() => ['done', '']))
    for (const id of documents)
      expect((await hub.journal(id)).filter(message => message.startsWith('Lot n°'))).toHaveLength(1)
  })
})
