import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Desk, DocumentCriteria, SelectedDocument } from '../authoring/desk.ts'
import { connectorsHub, filledIn, type ConnectorsHub } from '../connectors/service.fixture.ts'
import type { Event } from '../engine/events.ts'
import { settle } from '../engine/settle.ts'
import { errors } from '../errors.ts'
import { readJournal } from '../journal/read.ts'
import { PRIORITY } from '../jobs/queue.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { createDesk } from './desk.ts'
import { deliberationFlow as flow, newDocument, NOW, queuedJobs, town } from './documents.fixture.ts'
import type { Documents } from './service.ts'

let database: TestDatabase
let hub: ConnectorsHub
let ville: string
let service: string
let voisine: string
let desk: Desk

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())
beforeEach(async () => {
  hub = await connectorsHub(database.knex)
  ville = await town(database.knex, 'Ville')
  service = await town(database.knex, 'Service', ville)
  voisine = await town(database.knex, 'Voisine')
  const { id } = await hub.connectors.create(
    { entityId: ville, userId: '1' },
    { connector: 'parapheur-essai', label: 'Purge de la ville', config: filledIn },
  )
  desk = hub.desk({ instanceId: id, entityId: ville })
  return hub.close
})

const drafts: DocumentCriteria = { flow: flow.id, state: 'brouillon', olderThanDays: 0, below: false }
const titles = (items: readonly SelectedDocument[]) => items.map(({ title }) => title).toSorted()

/** A document taken through events, one a day, the first at the birth of time. */
const made = async (entityId: string, objet: string, events: readonly Event[] = []) => {
  let document = await hub.store.create(newDocument(entityId, { objet }, daysAgo(10)))
  for (const [rank, event] of events.entries())
    document = await hub.store.commit(settle(flow, document, event, daysAgo(9 - rank)), document.version)
  return document
}
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000)
const forced = (state: string): Event => ({ is: 'forced', state, reason: 'Essai', by: '1' })

const only = async (criteria: DocumentCriteria): Promise<SelectedDocument> => {
  const { items } = await desk.find(criteria)
  const [first] = items
  if (!first || items.length > 1) throw new Error(`${items.length} documents`)
  return first
}
const journalOf = async ({ entityId, id }: SelectedDocument) =>
  (await readJournal(database.knex, { entityId, documentId: id })).lines.map(({ message, authorName }) => [
    message,
    authorName,
  ])

describe('le choix des dossiers', () => {
  test('reste dans l’entité, ou dans sa branche, et ne voit jamais la voisine', async () => {
    await made(ville, 'Ville')
    await made(service, 'Service')
    await made(voisine, 'Voisine')
    expect(titles((await desk.find(drafts)).items)).toEqual(['Ville'])
    const first = await desk.find({ ...drafts, below: true })
    const second = await desk.find({ ...drafts, below: true }, { after: first.next })
    expect(titles([...first.items, ...second.items])).toEqual(['Service', 'Ville'])
    expect(second.next).toBeUndefined()
  })

  test('ne suit pas une reprise qui montre une autre entité', async () => {
    await made(voisine, 'Voisine')
    expect((await desk.find(drafts, { after: JSON.stringify([voisine]) })).items).toEqual([])
  })

  test('attend l’âge dans l’état, ou celui du dernier passage', async () => {
    await made(ville, 'Vieux')
    await made(ville, 'Récent', [forced('termine'), forced('visa.erreur'), forced('termine')])
    const passed = (olderThanDays: number) => ({
      flow: flow.id,
      passedBy: 'termine',
      olderThanDays,
      below: false,
    })
    expect(titles((await desk.find({ ...drafts, olderThanDays: 10 })).items)).toEqual(['Vieux'])
    expect(titles((await desk.find({ ...drafts, olderThanDays: 11 })).items)).toEqual([])
    expect(titles((await desk.find(passed(7))).items)).toEqual(['Récent'])
    expect(titles((await desk.find(passed(8))).items)).toEqual([])
  })

  test('met à l’abri ce qui est passé par l’état exclu, même à l’instant', async () => {
    await made(ville, 'Simple', [forced('termine')])
    await made(ville, 'Abandonné puis repris', [forced('termine'), forced('abandonne'), forced('termine')])
    const criteria = { ...drafts, state: 'termine', excluding: 'abandonne' }
    expect(titles((await desk.find(criteria)).items)).toEqual(['Simple'])
  })

  test('nomme ce qui n’existe pas', async () => {
    await expect(desk.find({ ...drafts, flow: 'absent' })).rejects.toThrow(
      '« absent » n’est pas installé'.replace('’', "'"),
    )
    await expect(desk.find({ ...drafts, state: 'constructor' })).rejects.toThrow('choisissez parmi « brouillon »')
    await expect(desk.verify(flow.id, { action: 'detruire', fields: [] })).rejects.toThrow('« detruire »')
    await expect(desk.verify(flow.id, { fields: ['titre_pastell', 'rien'] })).rejects.toThrow('« rien »')
  })

  test('sur dix mille dossiers suit un index, page par page, sans oubli ni doublon', async () => {
    const { id } = await made(ville, 'Modèle')
    const rest = ['flow_id', 'flow_version', 'title', 'state', 'version', 'data', 'trail', 'updated_at']
    const copied = rest.map(column => `d.${column}`).join(', ')
    await database.knex.raw(
      `insert into documents (entity_id, id, state_since, created_at, ${rest.join(', ')})
       select e.id, 'x' || n, d.state_since + n * interval '1 second', d.created_at + n * interval '1 second', ${copied}
       from documents d, generate_series(1, 5000) n, entities e
       where d.entity_id = ? and d.id = ? and e.id in (?, ?)`,
      [ville, id, ville, voisine],
    )
    await database.knex.raw('analyze documents')
    const asked: { readonly sql: string; readonly bindings: readonly unknown[] }[] = []
    const listen = (query: (typeof asked)[number]) => void asked.push(query)
    database.knex.on('query', listen)
    const seen = new Set<string>()
    let read = 0
    for (let after: string | undefined; ;) {
      const page = await desk.find(drafts, { after, most: 300 })
      for (const item of page.items) seen.add(item.id)
      read += page.items.length
      after = page.next
      if (after === undefined) break
    }
    await desk.find({ flow: flow.id, passedBy: 'brouillon', olderThanDays: 0, below: true })
    database.knex.removeListener('query', listen)
    expect([seen.size, read]).toEqual([5001, 5001])
    expect(await desk.count(drafts)).toEqual({ count: 5001, exact: true })

    const client = new pg.Client({ connectionString: database.connectionString })
    await client.connect()
    const plans: string[] = []
    for (const { sql, bindings } of asked) {
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${sql}`, [...bindings])
      plans.push(rows.map(row => row['QUERY PLAN']).join('\n'))
    }
    await client.end()
    expect(plans.filter(plan => !/(?:using|on) documents_/u.test(plan))).toEqual([])
    expect(plans.filter(plan => plan.includes('Seq Scan on documents'))).toEqual([])
    // Sorting would mean that a page costs the whole selection; towards the end, the page is the selection.
    expect(plans.slice(0, 10).filter(plan => plan.includes('Sort'))).toEqual([])
  })
})

describe('ce qui est fait d’un dossier', () => {
  test('est signé du nom du connecteur, et passe par les mêmes gardes qu’une personne', async () => {
    await made(ville, 'À supprimer')
    const found = await only(drafts)
    expect(await desk.act(found, 'supression')).toMatchObject({ is: 'done' })
    expect(await hub.store.load(ville, found.id)).toBeUndefined()
    expect((await journalOf(found))[0]).toEqual(['Document supprimé : À supprimer', 'Purge de la ville'])
  })

  test('ne perd rien de ce qui est parti et attend une réponse', async () => {
    await made(ville, 'Parti', [{ is: 'sent' }])
    const found = await only({ ...drafts, state: 'visa.aEnvoyer' })
    const refused = { is: 'refused', reason: expect.stringContaining('ne peut pas être supprimé') as string }
    expect(await desk.rehearse(found, { values: {}, action: 'supprimer' })).toEqual(refused)
    expect(await desk.act(found, 'supprimer')).toEqual(refused)
    expect(await hub.store.load(ville, found.id)).toBeDefined()
  })

  test('est refusé si quelqu’un a été plus rapide', async () => {
    const document = await made(ville, 'Rouvert', [forced('termine')])
    const found = await only({ ...drafts, state: 'termine' })
    await hub.store.commit(settle(flow, document, { is: 'reopened', by: '1' }, NOW), document.version)
    expect(await desk.act(found, 'supprimer')).toMatchObject({ is: 'refused' })
    expect(await hub.store.load(ville, found.id)).toBeDefined()
  })

  test('n’atteint pas le dossier d’une voisine, même nommé', async () => {
    const { id, version } = await made(voisine, 'Voisine')
    await made(ville, 'Ville')
    const found = { ...(await only(drafts)), entityId: voisine, id, version }
    expect(await desk.act(found, 'supprimer')).toMatchObject({ is: 'refused' })
    expect(await desk.change(found, { objet: 'Volé' })).toMatchObject({ is: 'refused' })
    expect((await hub.store.load(voisine, id))?.title).toBe('Voisine')
  })

  test('change les champs que l’état laisse ouverts, tous ou aucun, et ne réécrit pas ce qui y est déjà', async () => {
    await made(ville, 'Avant')
    const found = await only(drafts)
    const texts = { titre_pastell: 'Après', publier: 'oui' }
    expect(await desk.rehearse(found, { values: texts })).toMatchObject({ is: 'done' })
    expect(await only(drafts)).toEqual(found)
    const changed = await desk.change(found, texts)
    expect(changed).toMatchObject({ is: 'done', document: { version: found.version + 1 } })
    const after = await only(drafts)
    expect((await hub.store.load(ville, found.id))?.data).toMatchObject({ objet: 'Après', publier: true })
    expect((await journalOf(after))[0]).toEqual(['Modifié : Objet, Publier', 'Purge de la ville'])
    expect(await desk.change(after, texts)).toMatchObject({ is: 'unchanged' })
    expect(await desk.change(after, { objet: 'Encore', numero: 'a b' })).toEqual({
      is: 'refused',
      reason: 'Le numéro ne comporte pas d’espace.',
    })
    expect(await desk.change(after, { 'visa.dossierId': 'TX-1' })).toMatchObject({ is: 'refused' })
    expect((await only(drafts)).title).toBe('Après')
  })

  test('n’emprunte le droit particulier de personne', async () => {
    await made(ville, 'À télétransmettre')
    const documents: Documents = {
      ...hub.documents,
      act: async ({ may }) => {
        if (!may('teletransmettre')) throw errors.notAllowed()
        return undefined
      },
    }
    const other = createDesk({ db: database.knex, documents, finder: hub.finder })({ instanceId: '1', entityId: ville })
    expect(await other.act(await only(drafts), 'visa.envoyer')).toEqual({
      is: 'refused',
      reason: "Cette action demande un droit particulier : seule une personne qui l'a peut la faire.",
    })
  })

  test('ne passe pas devant les agents dans la file', async () => {
    await made(ville, 'En panne', [{ is: 'sent' }, forced('visa.erreur')])
    const document = await hub.store.load(ville, (await only({ ...drafts, state: 'visa.erreur' })).id)
    if (!document) throw new Error('no document')
    const failed = { ...document, back: { state: 'visa.aEnvoyer', task: 'visa.envoyer', uncertain: false } }
    await hub.store.commit(settle(flow, failed, { is: 'edited', values: {}, what: 'Panne' }, NOW), document.version)
    expect(await desk.act(await only({ ...drafts, state: 'visa.erreur' }), 'visa.envoyer')).toMatchObject({
      is: 'done',
    })
    const job = (await queuedJobs(database.knex)).find(({ key }) => key?.endsWith(document.id))
    expect(job?.priority).toBe(PRIORITY.course)
  })
})

test('les statistiques comptent par entité et par état, dans la branche seulement, au jour légal', async () => {
  await made(ville, 'Un')
  await made(ville, 'Deux', [forced('termine')])
  await made(service, 'Trois')
  await made(voisine, 'Quatre')
  const rows = async (more: object = {}) =>
    (await desk.tally({ flow: flow.id, below: true, ...more })).map(row => [
      row.entityName,
      row.stateLabel,
      row.documents,
      row.bytes,
    ])
  expect(await rows()).toEqual([
    ['Ville', 'Brouillon', 1, 1234],
    ['Ville', 'Traitement terminé', 1, 1234],
    ['Service', 'Brouillon', 1, 1234],
  ])
  expect(await rows({ below: false })).toHaveLength(2)
  // Created on 4 July at 11:30 in Paris.
  expect(await rows({ from: '2026-07-04', to: '2026-07-05' })).toHaveLength(3)
  expect(await rows({ from: '2026-07-05' })).toEqual([])
  expect(await rows({ to: '2026-07-04' })).toEqual([])
})
