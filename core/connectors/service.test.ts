import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newDocument, deliberationFlow as flow, queuedJobs, town } from '../documents/documents.fixture.ts'
import type { Document } from '../engine/model.ts'
import { NO_INSTANCE } from '../engine/model.ts'
import { settle } from '../engine/settle.ts'
import { ConfigurationError } from '../authoring/errors.ts'
import { verifyJournal } from '../journal/verify.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { ownInstance, resumeInstance } from './instances.ts'
import { connectorsHub, filledIn, SLOT, type ConnectorsHub } from './service.fixture.ts'

let database: TestDatabase
let hub: ConnectorsHub
let centre: string
let ville: string
let service: string
let autre: string

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())
beforeEach(async () => {
  hub = await connectorsHub(database.knex)
  centre = await town(database.knex, 'Centre de gestion')
  ville = await town(database.knex, 'Ville', centre)
  service = await town(database.knex, 'Service juridique', ville)
  autre = await town(database.knex, 'Autre ville', centre)
  await database.knex.raw('delete from graphile_worker._private_jobs')
  return hub.close
})

const at = (entityId: string) => ({ entityId, userId: '1' })
const create = (
  entityId: string,
  config: Readonly<Record<string, unknown>> = filledIn,
  label = 'Parapheur de la ville',
) => hub.connectors.create(at(entityId), { connector: 'parapheur-essai', label, config })
const use = (entityId: string, instanceId: string | null, on = flow.id) =>
  hub.connectors.associate(at(entityId), { flow: on, slot: SLOT, instanceId })
const journal = async (entityId: string) =>
  (
    await database
      .knex('journal')
      .where({ entityId })
      .orderBy('seq')
      .select<{ event: string; message: string }[]>('event', 'message')
  ).map(line => `${line.event} : ${line.message}`)
const notFound = { code: 'connecteur_introuvable' }

describe('les réglages', () => {
  test('manquants, faux ou inconnus sont refusés avec une phrase à chaque champ', async () => {
    const bad = { url: 'ftp://x', mode: 'autre', login: 3, inconnu: 1 }
    await expect(create(ville, bad)).rejects.toMatchObject({
      code: 'saisie_invalide',
      fields: expect.arrayContaining([
        expect.objectContaining({ field: 'config.url' }),
        expect.objectContaining({ field: 'config.mode' }),
        expect.objectContaining({ field: 'config.login' }),
        {
          field: 'config.inconnu',
          message: "Le réglage « inconnu » n'existe pas dans ce connecteur.",
          code: 'inconnu',
        },
        { field: 'config.motDePasse', message: '« Mot de passe » est à renseigner.', code: 'obligatoire' },
      ]) as unknown,
    })
    expect(await hub.connectors.list(ville)).toEqual([])
  })

  test('secrets ne sortent jamais : ni des vues, ni du journal, ni de la base en clair', async () => {
    const { id } = await create(ville, { ...filledIn, certificat: Buffer.from('CLE-PRIVEE').toString('base64') })
    await hub.connectors.update(at(ville), id, { config: { motDePasse: 'AUTRE-secret' } })
    const seen = JSON.stringify([await hub.connectors.view(ville, id), await journal(ville), hub.log.lines])
    const dump: string[] = []
    const { rows } = await database.knex.raw<{ rows: { name: string }[] }>(
      `select tablename as name from pg_tables where schemaname = 'public'`,
    )
    for (const { name } of rows) dump.push(JSON.stringify(await database.knex(name).select('*')))
    expect(rows.length).toBeGreaterThan(10)
    for (const secret of ['S3CRET', 'AUTRE-secret', 'CLE-PRIVEE', Buffer.from('CLE-PRIVEE').toString('base64')]) {
      expect(seen).not.toContain(secret)
      expect(dump.join()).not.toContain(secret)
      // `bytea` is shown in hexadecimal or as numbers by dumps.
      expect(dump.join()).not.toContain(Buffer.from(secret).toString('hex'))
      expect(dump.join()).not.toContain(JSON.stringify([...Buffer.from(secret)]).slice(1, -1))
    }
    expect(await hub.connectors.view(ville, id)).toMatchObject({
      secretsSet: ['motDePasse', 'certificat'],
      config: { login: 'mairie' },
    })
  })

  test('absents restent, vides s’effacent ; la connexion suivante les voit', async () => {
    const { id } = await create(ville, { ...filledIn, certificat: Buffer.from([1, 2]).toString('base64') })
    await hub.connections.open(id)
    await hub.connectors.update(at(ville), id, { config: { login: '' } })
    await hub.connections.open(id)
    await hub.connections.open(id)
    expect(hub.remote.connected).toEqual([
      { ...filledIn, mode: 'test', certificat: Buffer.from([1, 2]) },
      { ...filledIn, mode: 'test', login: undefined, certificat: Buffer.from([1, 2]) },
    ])
  })

  test('écrits pour une version plus ancienne du connecteur sont mis à niveau, secrets compris', async () => {
    const { id } = await create(ville)
    await database
      .knex('connector_instances')
      .where({ id })
      .update({ connectorVersion: 1, config: { adresse: 'https://ancien.exemple.fr' }, revision: 7 })
    await hub.connections.open(id)
    expect(hub.remote.connected.at(-1)).toMatchObject({
      url: 'https://ancien.exemple.fr',
      motDePasse: filledIn.motDePasse,
    })
    await database.knex('connector_instances').where({ id }).update({ connectorVersion: 3, revision: 8 })
    await expect(hub.connections.open(id)).rejects.toThrow(/version plus récente/u)
  })

  test('de rythme sont vérifiés', async () => {
    const { id } = await create(ville)
    await expect(
      hub.connectors.update(at(ville), id, { polling: 'souvent', patience: '3 mois', spacing: '-1 s', concurrency: 0 }),
    ).rejects.toMatchObject({
      fields: ['polling', 'patience', 'spacing', 'concurrency'].map(
        field => expect.objectContaining({ field }) as unknown,
      ),
    })
    const set = { polling: '30 s x 10, 5 min', patience: '30 d', spacing: '2 s', concurrency: 3 }
    expect(await hub.connectors.update(at(ville), id, set)).toMatchObject(set)
    expect(await hub.connectors.update(at(ville), id, { spacing: null, concurrency: null })).toMatchObject({
      spacing: null,
      concurrency: null,
      polling: set.polling,
    })
  })
})

describe('une association', () => {
  test('est héritée par les entités du dessous, la plus proche gagne, le flux passe avant « tous »', async () => {
    const duCentre = await create(centre, filledIn, 'Du centre')
    const deLaVille = await create(ville, filledIn, 'De la ville')
    const seen = async (entityId: string) => (await hub.connectors.associations(entityId))[0]
    expect(await seen(service)).toMatchObject({
      instanceId: null,
      inheritedFrom: null,
      slotLabel: 'Visa',
      capability: 'signature',
    })
    await use(centre, duCentre.id, '*')
    expect(await seen(service)).toMatchObject({ instanceId: duCentre.id, inheritedFrom: centre })
    await use(ville, deLaVille.id)
    expect(await seen(service)).toMatchObject({ instanceId: deLaVille.id, inheritedFrom: ville })
    expect(await seen(ville)).toMatchObject({ instanceId: deLaVille.id, inheritedFrom: null })
    expect(await seen(autre)).toMatchObject({ instanceId: duCentre.id, inheritedFrom: centre })
    await use(ville, duCentre.id, '*')
    expect(await seen(service)).toMatchObject({ instanceId: deLaVille.id })
    await use(ville, null)
    expect(await seen(service)).toMatchObject({ instanceId: duCentre.id, inheritedFrom: ville })
    const engine = await hub.instances.of(service, flow.id)
    expect([...engine].map(([slot, { label }]) => [slot, label])).toEqual([[SLOT, 'Du centre']])
  })

  test("n'accepte ni l'instance d'une entité voisine ou du dessous, ni une étape inconnue", async () => {
    const voisin = await create(autre)
    const dessous = await create(service)
    await expect(use(ville, voisin.id)).rejects.toMatchObject(notFound)
    await expect(use(ville, dessous.id)).rejects.toMatchObject(notFound)
    await expect(use(ville, "1' or 1=1")).rejects.toMatchObject(notFound)
    const { id } = await create(ville)
    await expect(
      hub.connectors.associate(at(ville), { flow: flow.id, slot: 'autre:sae', instanceId: id }),
    ).rejects.toMatchObject({ code: 'saisie_invalide' })
    await expect(use(ville, id, 'inconnu')).rejects.toMatchObject({ code: 'flux_introuvable' })
  })

  test('protège son instance de la suppression', async () => {
    const { id } = await create(ville)
    await use(ville, id)
    await expect(hub.connectors.remove(at(ville), id)).rejects.toMatchObject({ code: 'conflit' })
    await use(ville, null)
    await hub.connectors.remove(at(ville), id)
    expect(await hub.connectors.list(ville)).toEqual([])
    expect(await journal(ville)).toEqual([
      "connecteur.creation : Connecteur « Parapheur de la ville » créé (Parapheur d'essai).",
      "connecteur.association : « Parapheur de la ville » associé à l'étape « Visa » du flux « deliberation ».",
      "connecteur.association : Association retirée pour l'étape « Visa » du flux « deliberation ».",
      'connecteur.suppression : Connecteur « Parapheur de la ville » supprimé.',
    ])
    expect((await verifyJournal(database.knex)).broken).toEqual([])
  })
})

describe('une entité', () => {
  test('voit les instances dont elle hérite sans leurs réglages, et ne peut pas y toucher', async () => {
    const { id } = await create(centre)
    expect(await hub.connectors.list(ville)).toMatchObject([{ id, inherited: true, config: {}, secretsSet: [] }])
    await expect(hub.connectors.update(at(ville), id, { label: 'x' })).rejects.toMatchObject(notFound)
    await expect(hub.connectors.remove(at(ville), id)).rejects.toMatchObject(notFound)
    await expect(hub.connectors.resume(at(ville), id)).rejects.toMatchObject(notFound)
    await expect(hub.connectors.run(at(ville), id, 'relever')).rejects.toMatchObject(notFound)
  })

  test('ne voit rien de ses voisines ni de ce qui est dessous', async () => {
    const { id } = await create(ville)
    for (const entityId of [autre, centre]) {
      expect(await hub.connectors.list(entityId)).toEqual([])
      for (const attempt of [
        () => hub.connectors.view(entityId, id),
        () => hub.connectors.test(at(entityId), id),
        () => hub.connectors.update(at(entityId), id, { label: 'x' }),
        () => hub.connectors.remove(at(entityId), id),
        () => hub.connectors.resume(at(entityId), id),
        () => hub.connectors.run(at(entityId), id, 'relever'),
      ])
        await expect(attempt()).rejects.toMatchObject(notFound)
    }
  })
})

describe('une instance suspendue', () => {
  const waitingDocument = async (waitingFor: string, entityId = ville): Promise<Document> => {
    const document = await hub.store.create(newDocument(entityId))
    const sent = settle(flow, document, { is: 'sent' }, hub.clock.now())
    await hub.store.commit(sent, 1)
    const blocked = settle(
      flow,
      sent.document,
      { is: 'blocked', waitingFor, message: 'Suspendu.', doubt: false },
      hub.clock.now(),
    )
    return hub.store.commit(blocked, 2)
  }

  test("le dit une fois, puis relance tous ses documents quand l'administrateur la remet en service", async () => {
    const { id } = await create(ville)
    await use(ville, id)
    await Promise.all(Array.from({ length: 5 }, () => hub.instances.suspend(id, 'Le mot de passe est refusé.')))
    expect(await hub.connectors.view(ville, id)).toMatchObject({
      status: 'suspended',
      statusMessage: 'Le mot de passe est refusé.',
    })
    expect((await journal(ville)).filter(line => line.startsWith('connecteur.suspension'))).toHaveLength(1)
    const documents = [await waitingDocument(id), await waitingDocument(id)]
    expect(await queuedJobs(database.knex)).toMatchObject([{ key: `schedule:${id}:relever` }])

    hub.clock.advance('1 h')
    expect(await hub.connectors.resume(at(ville), id)).toMatchObject({ status: 'ok', statusMessage: '' })
    for (const { id: documentId, version } of documents)
      expect(await hub.store.load(ville, documentId)).toMatchObject({
        waitingFor: undefined,
        version: version + 1,
        due: { task: 'visa.envoyer', at: hub.clock.now() },
      })
    expect((await queuedJobs(database.knex)).filter(job => job.key?.startsWith('document:'))).toHaveLength(2)
    expect((await journal(ville)).at(-1)).toMatch(/2 document\(s\) relancé/u)
  })

  test("remise en service juste avant qu'un document se mette à l'attendre ne le laisse pas attendre", async () => {
    const { id } = await create(ville)
    await use(ville, id)
    const document = await waitingDocument(id)
    expect(document.waitingFor).toBeUndefined()
    expect((await queuedJobs(database.knex)).some(job => job.key === `document:${ville}:${document.id}`)).toBe(true)
  })

  test("remise en service pendant qu'un document se met à l'attendre le réveille quand même", async () => {
    const { id } = await create(ville)
    await use(ville, id)
    await hub.instances.suspend(id, 'Essai.')
    const sent = await hub.store.create(newDocument(ville))
    const { document } = settle(flow, sent, { is: 'sent' }, hub.clock.now())
    const event = { is: 'blocked', waitingFor: id, message: 'Suspendu.', doubt: false } as const
    const resuming = await database.knex.transaction()
    await resumeInstance(resuming, await ownInstance(resuming, ville, id), { by: undefined, now: hub.clock.now() })
    const blocking = hub.store.commit(settle(flow, document, event, hub.clock.now()), 1)
    await sleep(150) // The document is now being written, by someone who cannot see the instance resumed.
    await resuming.commit()
    await blocking
    expect((await hub.store.load(ville, document.id))?.waitingFor).toBeUndefined()
  })

  test("associer un connecteur relance ce qui l'attendait, ici et dessous, pas chez la voisine", async () => {
    const { id } = await create(ville)
    const here = await waitingDocument(NO_INSTANCE)
    const below = await waitingDocument(NO_INSTANCE, service)
    const next = await waitingDocument(NO_INSTANCE, autre)
    await use(ville, id)
    expect((await hub.store.load(ville, here.id))?.waitingFor).toBeUndefined()
    expect((await hub.store.load(service, below.id))?.waitingFor).toBeUndefined()
    expect((await hub.store.load(autre, next.id))?.waitingFor).toBe(NO_INSTANCE)
  })
})

describe('les listes distantes', () => {
  const list = (instanceId: string) => hub.choices.list({ instanceId, capability: 'signature', method: 'circuits' })

  test('sont gardées dix minutes, puis redemandées ; une vieille liste vaut mieux que rien, avec son âge', async () => {
    const { id } = await create(ville)
    let calls = 0
    hub.remote.circuits = async () => [{ value: String(++calls), label: 'Maire' }]
    const first = hub.clock.now()
    await Promise.all([list(id), list(id), list(id)])
    hub.clock.advance('9 min')
    expect(await list(id)).toEqual({ choices: [{ value: '1', label: 'Maire' }], fetchedAt: first })
    hub.clock.advance('2 min')
    expect((await list(id)).choices).toEqual([{ value: '2', label: 'Maire' }])
    const second = hub.clock.now()
    hub.clock.advance('3 h')
    hub.remote.circuits = () => Promise.reject(new Error('Le parapheur ne répond pas.'))
    expect(await list(id)).toEqual({ choices: [{ value: '2', label: 'Maire' }], fetchedAt: second })
  })

  test('jamais obtenues disent pourquoi ; changer un réglage oublie les anciennes', async () => {
    const { id } = await create(ville)
    await list(id)
    await hub.connectors.update(at(ville), id, { config: { login: 'autre' } })
    hub.remote.circuits = () => Promise.reject(new Error('Le parapheur ne répond pas.'))
    await expect(list(id)).rejects.toMatchObject({
      code: 'service_distant_indisponible',
      detail: 'Le parapheur ne répond pas.',
    })
  })
})

describe('les relevés', () => {
  test('sont planifiés à la création, exécutés, puis replanifiés avec leur phrase', async () => {
    const { id } = await create(ville)
    const [planned] = await queuedJobs(database.knex)
    expect(planned).toMatchObject({
      key: `schedule:${id}:relever`,
      queueName: `lane:${id}:0`,
      runAt: new Date('2026-07-14T10:30:00Z'),
    })
    hub.clock.advance('1 h')
    await hub.schedules.run(id, 'relever')
    expect(await database.knex('schedule_runs').where({ instanceId: id })).toMatchObject([
      {
        schedule: 'relever',
        lastMessage: 'Relevé numéro 1.',
        lastAt: hub.clock.now(),
        nextAt: new Date('2026-07-14T11:30:00Z'),
      },
    ])
    expect(await hub.connectors.run(at(ville), id, 'relever')).toEqual({ message: 'Relevé numéro 2.' })
    expect(await queuedJobs(database.knex)).toMatchObject([{ runAt: new Date('2026-07-14T11:30:00Z') }])
  })

  test("d'une instance supprimée ou suspendue ne font rien", async () => {
    const { id } = await create(ville)
    await hub.instances.suspend(id, 'Essai.')
    await hub.schedules.run(id, 'relever')
    expect(hub.remote.connected).toEqual([])
    await hub.connectors.remove(at(ville), id)
    await hub.schedules.run(id, 'relever')
    expect(hub.remote.connected).toEqual([])
  })
})

test('tester dit la phrase du connecteur, ou celle de ce qui ne va pas', async () => {
  const { id } = await create(ville)
  expect(await hub.connectors.test(at(ville), id)).toEqual({ ok: true, message: 'Connecté comme mairie.' })
  await database
    .knex('connector_instances')
    .where({ id })
    .update({ secrets: Buffer.alloc(60, 1), revision: 9 })
  expect(await hub.connectors.test(at(ville), id)).toMatchObject({
    ok: false,
    message: expect.stringMatching(/autre clé/u) as string,
  })
  await expect(hub.instances.connect(id)).rejects.toBeInstanceOf(ConfigurationError)
})
