import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  deliberationFlow as flow,
  acte,
  newDocument,
  NOW,
  queuedJobs,
  testFlows,
  testStore,
  town,
} from './documents.fixture.ts'
import { settle } from '../engine/settle.ts'
import { readJournal } from '../journal/read.ts'
import { verifyJournal } from '../journal/verify.ts'
import { createListener } from '../db/notifications.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { keptLog } from '../testing/connect.ts'
import { createStore, DOCUMENTS_CHANNEL, type StoredDocuments } from './store.ts'

let database: TestDatabase
let store: StoredDocuments
let entityId: string

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())
beforeEach(async () => {
  store = testStore(database.knex)
  entityId = await town(database.knex)
  await database.knex.raw('delete from graphile_worker._private_jobs')
})

const load = async (id: string) => {
  const document = await store.load(entityId, id)
  if (!document) throw new Error('The document should be there.')
  return document
}
const journal = async (documentId: string) =>
  (await readJournal(database.knex, { entityId, documentId })).lines.map(line => `${line.event} : ${line.message}`)

const rowsOf = async (table: string, id: string): Promise<Record<string, unknown>[]> =>
  database.knex(table).where({ entityId, documentId: id }).select('*')

describe('un document rangé', () => {
  test('revient tel qu’il est parti, dates et valeurs absentes comprises', async () => {
    const created = newDocument(entityId, { 'visa.circuit': { value: '1', label: 'Maire' } })
    const sent = settle(flow, await store.create(created), { is: 'sent', by: '7' }, NOW)
    await store.commit(sent, 1)
    expect(await load(sent.document.id)).toEqual(sent.document)
    const flying = settle(
      flow,
      sent.document,
      { is: 'attempted', attempt: { task: 'visa.envoyer', fence: 1, key: 'k', since: NOW, process: 'p' } },
      NOW,
    )
    await store.commit(flying, 2)
    expect(await load(sent.document.id)).toEqual(flying.document)
  })

  test('garde des caractères que PostgreSQL refuse, sans arrêter le document', async () => {
    const odd = newDocument(entityId, { objet: 'nul \u0000 et moitié \ud83d' })
    await store.create({ ...odd, document: { ...odd.document, message: 'a\u0000b' } })
    expect(await load(odd.document.id)).toMatchObject({ message: 'ab', data: { objet: 'nul  et moitié \ufffd' } })
  })

  test("n'existe que dans son entité", async () => {
    const { document } = await store.create(newDocument(entityId)).then(stored => ({ document: stored }))
    const other = await town(database.knex, 'Autre ville')
    expect(await store.load(other, document.id)).toBeUndefined()
    const foreign = settle(flow, { ...document, entityId: other }, { is: 'sent' }, NOW)
    await expect(store.commit(foreign, 1)).rejects.toMatchObject({ code: 'document_deja_modifie' })
    await expect(store.remove(foreign, 1)).rejects.toMatchObject({ code: 'document_deja_modifie' })
    expect((await load(document.id)).state).toBe('brouillon')
  })
})

describe('une validation', () => {
  test('range ensemble le document, le journal et le réveil', async () => {
    const document = await store.create(newDocument(entityId))
    await store.commit(settle(flow, document, { is: 'sent' }, NOW), 1)
    expect(await journal(document.id)).toEqual(["visa.aEnvoyer : Préparation de l'envoi", 'brouillon : Document créé'])
    expect(await queuedJobs(database.knex)).toEqual([
      { key: `document:${entityId}:${document.id}`, queueName: 'lane:1:0', runAt: NOW, priority: 10 },
    ])
    expect(await verifyJournal(database.knex, entityId)).toMatchObject({ lines: 2, broken: [] })
  })

  test('interrompue à la dernière écriture ne laisse rien derrière elle', async () => {
    const document = await store.create(newDocument(entityId))
    const before = await load(document.id)
    const sent = settle(flow, document, { is: 'sent' }, NOW)
    const unwritable = { ...sent, entries: sent.entries.map(entry => ({ ...entry, event: null as unknown as string })) }
    await expect(store.commit(unwritable, 1)).rejects.toThrow(/null value/u)
    expect(await load(document.id)).toEqual(before)
    expect(await queuedJobs(database.knex)).toEqual([])
    expect(await journal(document.id)).toHaveLength(1)
    // The store did not keep the idea that the failed values were written.
    await store.commit(sent, 1)
    expect((await load(document.id)).state).toBe('visa.aEnvoyer')
  })

  test('avec ce qui devait la suivre (boîte de réception) : tout ou rien', async () => {
    const move = newDocument(entityId)
    const failing = store.create(move, async trx => {
      await trx.raw('select 1/0')
    })
    await expect(failing).rejects.toThrow(/division by zero/u)
    expect(await store.load(entityId, move.document.id)).toBeUndefined()
    expect(await journal(move.document.id)).toEqual([])
  })

  test('faite par deux personnes en même temps : une gagne, l’autre apprend que le document a été modifié', async () => {
    const document = await store.create(newDocument(entityId))
    const edit = (objet: string) =>
      store.commit(settle(flow, document, { is: 'edited', values: { objet }, what: objet }, NOW), 1)
    const results = await Promise.allSettled(Array.from({ length: 4 }, (_, n) => edit(`Objet ${n}`)))
    const lost = results.filter(each => each.status === 'rejected')
    expect(lost).toHaveLength(3)
    for (const each of lost) expect(each.reason).toMatchObject({ code: 'document_deja_modifie', status: 409 })
    expect(await load(document.id)).toMatchObject({ version: 2 })
    expect(await journal(document.id)).toHaveLength(2)
  })

  test('d’une intention laisse le réveil en place ; d’une fin le retire', async () => {
    const document = await store.create(newDocument(entityId))
    const sent = settle(flow, document, { is: 'sent', by: '3' }, NOW)
    await store.commit(sent, 1)
    const attempt = { task: 'visa.envoyer', fence: 1, key: 'k', since: NOW, process: 'p' }
    const flying = settle(flow, sent.document, { is: 'attempted', attempt }, NOW)
    await store.commit(flying, 2)
    expect(await queuedJobs(database.knex)).toHaveLength(1)
    await store.commit(settle(flow, flying.document, { is: 'abandoned' }, NOW), 3)
    expect(await queuedJobs(database.knex)).toEqual([])
  })

  test('prévient ceux qui regardent', async () => {
    const listener = await createListener({ connectionString: database.connectionString, log: keptLog() })
    const heard: unknown[] = []
    await new Promise<void>((resolve, reject) => {
      listener.subscribe(DOCUMENTS_CHANNEL, {
        message: payload => {
          heard.push(JSON.parse(payload))
          resolve()
        },
        missed: () => undefined,
      })
      store.create(newDocument(entityId)).catch(reject)
    })
    expect(heard).toMatchObject([{ entityId, version: 1, state: 'brouillon', flow: 'deliberation' }])
    await listener.close()
  })
})

describe('ce qui sert à retrouver', () => {
  test('suit les valeurs indexées, y compris quand elles disparaissent', async () => {
    const document = await store.create(newDocument(entityId))
    expect(await rowsOf('document_index', document.id)).toMatchObject([{ field: 'numero', value: '2026-14' }])
    const values = { numero: undefined, 'visa.dossierId': 'TX-9' }
    await store.commit(settle(flow, document, { is: 'edited', values, what: 'x' }, NOW), 1)
    expect(await rowsOf('document_index', document.id)).toMatchObject([{ field: 'visa.dossierId', value: 'TX-9' }])
  })

  test('un fichier remplacé garde sa ligne, datée ; le remettre en ouvre une autre', async () => {
    const document = await store.create(newDocument(entityId))
    const other = { ...acte, sha256: 'b'.repeat(64), name: 'corrigé.pdf' }
    const later = new Date(NOW.getTime() + 60_000)
    const last = new Date(NOW.getTime() + 120_000)
    const replaced = settle(flow, document, { is: 'edited', values: { acte: other }, what: 'x' }, later)
    await store.commit(replaced, 1)
    await store.commit(settle(flow, replaced.document, { is: 'edited', values: { acte }, what: 'x' }, last), 2)
    const lines = (await rowsOf('document_files', document.id)).map(({ name, addedAt, replacedAt }) => [
      name,
      addedAt,
      replacedAt,
    ])
    expect(lines).toHaveLength(3)
    expect(lines).toEqual(
      expect.arrayContaining([
        ['délibération.pdf', NOW, later],
        ['corrigé.pdf', later, last],
        ['délibération.pdf', last, null],
      ]),
    )
  })

  test('des valeurs inchangées ne sont pas récrites', async () => {
    const document = await store.create(newDocument(entityId))
    const before = await database
      .knex('document_index')
      .where({ documentId: document.id })
      .select(database.knex.raw('xmin'))
    const reread = await load(document.id)
    await store.commit(settle(flow, reread, { is: 'sent' }, NOW), 1)
    expect(
      await database.knex('document_index').where({ documentId: document.id }).select(database.knex.raw('xmin')),
    ).toEqual(before)
    expect((await load(document.id)).data).toEqual(reread.data)
  })
})

test('un document supprimé emporte tout sauf son journal', async () => {
  const document = await store.create(newDocument(entityId))
  await store.remove(settle(flow, document, { is: 'deleted', by: '4' }, NOW), 1)
  expect(await store.load(entityId, document.id)).toBeUndefined()
  for (const table of ['document_index', 'document_files']) expect(await rowsOf(table, document.id), table).toEqual([])
  expect((await journal(document.id))[0]).toBe('suppression : Document supprimé : Subvention à l’école')
})

test("le contenu d'un document dit de quelle autorité il vient, SIREN hérité compris", async () => {
  await database.knex('entities').where({ id: entityId }).update({ siren: '217500016' })
  const service = await town(database.knex, 'Service juridique', entityId)
  const document = await store.create(newDocument(service))
  expect(await store.contents(document, flow)).toMatchObject({
    title: 'Subvention à l’école',
    flow: { id: 'deliberation', label: 'Délibération' },
    entity: { id: service, name: 'Service juridique', siren: '217500016' },
    values: { numero: '2026-14' },
  })
})

test('trente créations à la fois dans une même entité passent toutes, sans blocage', async () => {
  const documents = await Promise.all(Array.from({ length: 30 }, () => store.create(newDocument(entityId))))
  expect(new Set(documents.map(({ id }) => id)).size).toBe(30)
  expect(await verifyJournal(database.knex, entityId)).toMatchObject({ lines: 30, broken: [] })
})

test('sans voie, le réveil ne fait la queue derrière personne', async () => {
  const free = createStore({ db: database.knex, flows: testFlows, laneOf: async () => undefined })
  const document = await free.create(newDocument(entityId))
  await free.commit(settle(flow, document, { is: 'sent', by: '3' }, NOW), 1)
  expect((await queuedJobs(database.knex)).map(({ queueName }) => queueName)).toEqual([null])
})
