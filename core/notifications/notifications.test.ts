import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { grantRole, revokeRole, saveRole } from '../access/roles.ts'
import type { UserModel } from '../access/model.ts'
import { createUser, setUserEnabled } from '../access/users.ts'
import { deliberationFlow as flow, newDocument, testFlows, town } from '../documents/documents.fixture.ts'
import { createStore, type StoredDocuments } from '../documents/store.ts'
import type { Document } from '../engine/model.ts'
import { settle } from '../engine/settle.ts'
import { createHeartbeat } from '../jobs/processes.ts'
import { addNotifications } from '../jobs/rebuild.ts'
import { startWorker } from '../jobs/worker.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { eventChoices, eventsOf } from './events.ts'
import { createMailer } from './mailer.ts'
import type { Rhythm } from './model.ts'
import { lateLetters } from './outbox.ts'
import { createRecordNotices } from './record.ts'
import { createNotifications, digestAfter, type Notifications } from './service.ts'
import { headerOf, startRelay, textOf, type Relay } from './smtp.fixture.ts'
import { subscribe, subscriptionsOf, unsubscribe } from './subscriptions.ts'

let database: TestDatabase
let relay: Relay
let store: StoredDocuments
let notifications: Notifications
let people = 0
/** Each test has its own day: what is left of one does not come into another. */
let now = new Date('2026-01-01T08:00:00.000Z')
const silent = { debug() {}, info() {}, warn() {}, error() {} }
const digest = digestAfter('07:00')

const through = (port: number): Notifications =>
  createNotifications({
    db: database.knex,
    flows: testFlows,
    clock: { now: () => now },
    log: silent,
    publicUrl: 'https://passeur.ville.example',
    mailer: createMailer({
      url: `smtp+clair://127.0.0.1:${port}`,
      from: 'passeur@ville.example',
      digestAt: '07:00',
    }),
  })

beforeAll(async () => {
  database = await testDatabase()
  relay = await startRelay()
  await saveRole(database.knex, { id: 'lecteur', label: 'Lecteur', rights: ['*:lecture'] })
  store = createStore({
    db: database.knex,
    flows: testFlows,
    laneOf: async () => undefined,
    recordNotices: createRecordNotices(digest),
  })
  notifications = through(relay.port)
})
afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  await database.close()
})
beforeEach(async () => {
  now = new Date(now.getTime() + 10 * 86_400_000)
  await database.knex('notifications').delete()
  await database.knex('notification_letters').delete()
  relay.fail(undefined)
})

const person = async (entityId: string, email = `agent${++people}@ville.example`) => {
  const login = `agent${people}-${email.slice(0, 5)}`
  const user = await createUser(database.knex, {
    login,
    firstName: 'Claire',
    lastName: 'Durand',
    email,
    entityId,
  })
  await grantRole(database.knex, { userId: user.id, entityId, roleId: 'lecteur' })
  return { id: user.id, email, entityId }
}
const follow = (userId: string, entityId: string, event: string, rhythm: Rhythm = 'immediate', flowId?: string) =>
  subscribe(database.knex, { userId, name: 'Claire Durand' }, { entityId, flowId, events: [event], rhythm }, now)
const later = (minutes: number) => (now = new Date(now.getTime() + minutes * 60_000))
const failed = async (entityId: string, objet = 'Halle aux grains'): Promise<Document> => {
  const draft = await store.create(newDocument(entityId, { objet }, now))
  later(1)
  const sent = await store.commit(settle(flow, draft, { is: 'sent' }, now), 1)
  later(1)
  return store.commit(
    settle(flow, sent, { is: 'forced', state: 'visa.erreur', reason: 'Le parapheur refuse.', by: '1' }, now),
    2,
  )
}
const to = (email: string) => relay.mails.filter(mail => mail.to.includes(email))
const waiting = async () =>
  Number((await database.knex('notifications').count<{ count: string }[]>('* as count'))[0]?.count)

describe('un abonnement', () => {
  test('vaut pour l’entité et tout ce qui est dessous, pas pour la voisine', async () => {
    const ville = await town(database.knex)
    const service = await town(database.knex, 'Service', ville)
    const voisine = await town(database.knex, 'Voisine')
    const { id, email } = await person(ville)
    await follow(id, ville, 'erreurs')
    await failed(service)
    await failed(voisine)
    await notifications.run()
    expect(to(email)).toHaveLength(1)
    const [mail] = to(email)
    expect(mail && headerOf(mail, 'Subject')).toContain('Visa')
    const text = mail ? textOf(mail) : ''
    expect(text).toContain('Service · Délibération')
    expect(text).toContain('Halle aux grains')
    expect(text).toContain('Visa impossible')
    expect(text).toContain(`https://passeur.ville.example/entites/${service}/documents/`)
    expect(text).toContain('https://passeur.ville.example/notifications')
    expect(text).not.toContain('2026-14')
  })

  test('à un état ne dit rien des autres, à un flux rien des autres flux', async () => {
    const ville = await town(database.knex)
    const [one, other] = [await person(ville), await person(ville)]
    await follow(one.id, ville, 'visa.signe')
    await follow(other.id, ville, 'erreurs', 'immediate', 'autre-flux')
    await failed(ville)
    expect(await waiting()).toBe(0)
  })

  test('pris deux fois n’envoie qu’un courriel, tout de suite si l’un le demande', async () => {
    const ville = await town(database.knex)
    const service = await town(database.knex, 'Service', ville)
    const { id, email } = await person(ville)
    await follow(id, ville, '*', 'daily')
    await follow(id, service, 'erreurs')
    await follow(id, service, 'visa.erreur')
    await failed(service)
    await notifications.run()
    expect(to(email)).toHaveLength(1)
    // The draft, which only « * » asks for, waits for the letter of the day.
    expect(await waiting()).toBe(1)
  })

  test('change de rythme quand on le reprend, et se quitte ; celui d’une autre personne n’existe pas', async () => {
    const ville = await town(database.knex)
    const [{ id }, other] = [await person(ville), await person(ville)]
    await follow(id, ville, 'erreurs')
    await follow(id, ville, 'erreurs', 'daily')
    const [mine, ...rest] = await subscriptionsOf(database.knex, id)
    expect(mine).toMatchObject({ event: 'erreurs', rhythm: 'daily', flowId: undefined })
    expect(rest).toEqual([])
    const stop = (userId: string) => unsubscribe(database.knex, { userId, name: '' }, mine?.id ?? '', now)
    await expect(stop(other.id)).rejects.toMatchObject({ code: 'abonnement_introuvable' })
    await stop(id)
    expect(await subscriptionsOf(database.knex, id)).toEqual([])
    const told = await database.knex('journal').where({ entityId: ville, event: 'notification' }).pluck('message')
    expect(told).toContain("Fin d'abonnement : erreurs, tous les flux, une fois par jour")
  })

  test('ne propose ni n’annonce les états que la machine quitte aussitôt', () => {
    const choices = eventChoices(flow)
    expect(choices.filter(({ proposed }) => proposed).map(({ event }) => event)).toEqual(['erreurs', 'incertains'])
    expect(choices.map(({ event }) => event)).toContain('visa.envoye')
    expect(choices.map(({ event }) => event)).not.toContain('visa.aEnvoyer')
    const { document } = settle(flow, newDocument('1', {}, now).document, { is: 'sent' }, new Date(now.getTime() + 1))
    expect(document.state).toBe('visa.aEnvoyer')
    expect(eventsOf(flow, document)).toEqual([])
  })
})

describe('un courriel', () => {
  test('ne part pas à qui ne peut plus lire le document, ni à un compte désactivé', async () => {
    const ville = await town(database.knex)
    const [one, other] = [await person(ville), await person(ville)]
    for (const { id } of [one, other]) await follow(id, ville, 'erreurs')
    await failed(ville)
    await revokeRole(database.knex, { userId: one.id, entityId: ville, roleId: 'lecteur' })
    await setUserEnabled(database.knex, other.id, 'disabled')
    expect(await waiting()).toBe(2)
    await notifications.run()
    expect([...to(one.email), ...to(other.email)]).toEqual([])
    expect(await waiting()).toBe(0)
  })

  test('annonce ensemble ce qui arrive ensemble', async () => {
    const ville = await town(database.knex)
    const { id, email } = await person(ville)
    await follow(id, ville, 'erreurs')
    for (const objet of ['Un', 'Deux', 'Trois']) await failed(ville, objet)
    await notifications.run()
    expect(to(email)).toHaveLength(1)
    expect(to(email).map(textOf).join('')).toMatch(/Un[\s\S]*Deux[\s\S]*Trois/u)
  })

  test('s’écrit au journal du document', async () => {
    const ville = await town(database.knex)
    const { id } = await person(ville)
    await follow(id, ville, 'erreurs')
    const document = await failed(ville)
    await notifications.run()
    const lines = await store.journal(document)
    expect(lines.at(-1)).toMatchObject({ event: 'notification', message: 'Courriel à Claire Durand : Visa impossible' })
  })

  test('peut-être parti repart sous le même identifiant', async () => {
    const ville = await town(database.knex)
    const { id, email } = await person(ville)
    await follow(id, ville, 'erreurs')
    await failed(ville)
    relay.fail('cutAfter')
    await notifications.run()
    relay.fail(undefined)
    later(2)
    await notifications.run()
    const ids = to(email).map(mail => headerOf(mail, 'Message-ID'))
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(1)
    later(60)
    await notifications.run()
    expect(to(email)).toHaveLength(2)
  })

  test('que le serveur remet à plus tard est retenté, puis abandonné après trois jours, et l’administrateur le voit', async () => {
    const ville = await town(database.knex)
    const { id, email } = await person(ville)
    await follow(id, ville, 'erreurs')
    await failed(ville)
    relay.fail('later')
    await notifications.run()
    const seen = () => lateLetters(database.knex, { after: undefined, limit: 10 })
    const [late] = await seen()
    expect(late).toMatchObject({ email, tries: 1, notices: 1 })
    expect(late?.error).toContain('revenez plus tard')
    expect(late?.nextAt?.getTime()).toBeGreaterThan(now.getTime())
    await notifications.run()
    expect((await seen())[0]?.tries).toBe(1)
    later(4 * 24 * 60)
    await notifications.run()
    expect((await seen())[0]).toMatchObject({ tries: 2, nextAt: null })
    relay.fail(undefined)
    later(60)
    await notifications.run()
    expect(to(email)).toEqual([])
    await notifications.forget(new Date(now.getTime() + 40 * 86_400_000))
    expect(await seen()).toEqual([])
    expect(await waiting()).toBe(0)
  })

  test('refusé n’empêche pas les autres de partir, et n’est pas retenté', async () => {
    const ville = await town(database.knex)
    const [bad, good] = [await person(ville, 'inconnu@ville.example'), await person(ville)]
    for (const { id } of [bad, good]) await follow(id, ville, 'erreurs')
    await failed(ville)
    await notifications.run()
    expect(to(good.email)).toHaveLength(1)
    const late = await lateLetters(database.knex, { after: undefined, limit: 10 })
    expect(late).toMatchObject([{ email: bad.email, nextAt: null }])
    expect(late[0]?.error).toContain('destinataire inconnu')
  })

  test('attend que le serveur revienne : une seule tentative pour tous, et rien ne s’empile', async () => {
    const ville = await town(database.knex)
    const [one, other] = [await person(ville), await person(ville)]
    for (const { id } of [one, other]) await follow(id, ville, 'erreurs')
    await failed(ville)
    await using gone = await startRelay()
    const { port } = gone
    await gone[Symbol.asyncDispose]()
    const down = through(port)
    await down.run()
    const late = await lateLetters(database.knex, { after: undefined, limit: 10 })
    expect(late.map(({ tries }) => tries)).toEqual([1, 1])
    expect(late[0]?.error).toContain('pas disponible')
    later(4 * 24 * 60)
    await down.run()
    const ended = await lateLetters(database.knex, { after: undefined, limit: 10 })
    expect(ended.map(({ nextAt }) => nextAt)).toEqual([null, null])
  })

  test('est demandé une fois à la file, seulement quand il y en a un', async () => {
    const jobs = () => database.knex('graphile_worker.jobs').where('key', 'notifications').pluck('key')
    await addNotifications(database.knex, now)
    expect(await jobs()).toEqual([])
    const ville = await town(database.knex)
    const { id } = await person(ville)
    await follow(id, ville, 'erreurs')
    await failed(ville)
    await addNotifications(database.knex, now)
    await addNotifications(database.knex, now)
    expect(await jobs()).toEqual(['notifications'])
  })
})

test('le travailleur envoie de lui-même ce qui est dû', async () => {
  const ville = await town(database.knex)
  const { id, email } = await person(ville)
  await follow(id, ville, 'erreurs')
  await failed(ville)
  let told = () => undefined as void
  const sent = new Promise<void>(resolve => (told = resolve))
  const worker = await startWorker({
    db: database.knex,
    connectionString: database.connectionString,
    clock: { now: () => now },
    log: silent,
    heartbeat: createHeartbeat({ db: database.knex, kind: 'worker', log: silent }),
    perform: async () => 'done',
    reschedule: async () => undefined,
    runSchedule: async () => undefined,
    runBatch: async () => undefined,
    runNotifications: () => notifications.run().then(told),
    pollInterval: 50,
  })
  try {
    await sent
  } finally {
    await worker.stop()
  }
  expect(to(email)).toHaveLength(1)
})

describe('le récapitulatif du jour', () => {
  test('part à l’heure de France, été comme hiver, et le jour où l’heure change', () => {
    expect(digest(new Date('2026-01-15T05:59:00Z')).toISOString()).toBe('2026-01-15T06:00:00.000Z')
    expect(digest(new Date('2026-01-15T06:00:00Z')).toISOString()).toBe('2026-01-16T06:00:00.000Z')
    expect(digest(new Date('2026-07-15T06:00:00Z')).toISOString()).toBe('2026-07-16T05:00:00.000Z')
    expect(digest(new Date('2026-03-28T12:00:00Z')).toISOString()).toBe('2026-03-29T05:00:00.000Z')
    expect(digest(new Date('2026-10-24T12:00:00Z')).toISOString()).toBe('2026-10-25T06:00:00.000Z')
    expect(digestAfter('02:30')(new Date('2026-03-28T12:00:00Z')).toISOString()).toBe('2026-03-29T01:00:00.000Z')
  })

  test('réunit par entité et par flux ce qui s’est passé, et rien avant son heure', async () => {
    const ville = await town(database.knex)
    const [un, deux] = [
      await town(database.knex, 'Service un', ville),
      await town(database.knex, 'Service deux', ville),
    ]
    const { id, email } = await person(ville)
    await follow(id, ville, 'erreurs', 'daily')
    await failed(un, 'Premier')
    await failed(deux, 'Autre')
    await failed(un, 'Second')
    later(60)
    await notifications.run()
    expect(to(email)).toEqual([])
    now = digest(now)
    await notifications.run()
    expect(to(email)).toHaveLength(1)
    const text = to(email).map(textOf).join('')
    expect(text).toMatch(
      /Service un · Délibération[\s\S]*Premier[\s\S]*Second[\s\S]*Service deux · Délibération[\s\S]*Autre/u,
    )
    expect(text.match(/Service un/gu)).toHaveLength(1)
  })

  test('de plus de 500 lignes part en plusieurs courriels, tous dans la file', async () => {
    const ville = await town(database.knex)
    const { id, email } = await person(ville)
    await database.knex.raw(
      `insert into notifications (entity_id, document_id, version, user_id, rhythm, flow_id, title, state_label, message, at, due_at)
       select ?, 'doc' || n, 1, ?, 'daily', 'deliberation', 'Titre ' || n, 'Signé', '', ?, ? from generate_series(1, 501) n`,
      [ville, id, now, now],
    )
    await notifications.run()
    expect(to(email)).toHaveLength(1)
    await notifications.run()
    expect(to(email)).toHaveLength(2)
    expect(await waiting()).toBe(0)
  })
})

describe('le courriel au titulaire d’un compte', () => {
  type Holder = Pick<UserModel, 'id' | 'login' | 'entityId'>
  const newAddress = (login: string) => `${login}@nouvelle.example`
  /** A decision on the account, stored as an outcome is. @returns what the journal of the document says of letters */
  const decide = async ({ entityId, id: by, login }: Holder, through: StoredDocuments, told = login) => {
    const draft = await through.create(newDocument(entityId, {}, now))
    const { document: sent } = settle(flow, draft, { is: 'sent', by }, now)
    const due = { ...sent, due: { task: 'visa.envoyer', at: now, tries: 0, failures: 0, by } }
    const stored = await through.commit({ document: due, entries: [], wakeUp: null }, draft.version)
    const outcome = {
      outcome: 'goto',
      state: 'envoye',
      values: {},
      account: { login, email: newAddress(login) },
      letter: { login: told, subject: 'Adresse en vigueur', text: 'Votre adresse est changée.' },
    } as const
    await through.commit(settle(flow, stored, { is: 'answered', task: 'visa.envoyer', outcome }, now), stored.version)
    await notifications.run()
    const lines = await through.journal(stored)
    return lines.filter(line => line.event === 'notification').map(line => line.message)
  }
  const holder = async () =>
    createUser(database.knex, {
      login: `titulaire${++people}`,
      email: 'ancienne@ville.example',
      entityId: await town(database.knex),
    })

  test('part à l’adresse que la décision lui a donnée, même s’il ne peut pas lire le document, et le journal le dit', async () => {
    const account = await holder()
    expect(await decide(account, store)).toEqual([`Courriel à ${account.login} : Adresse en vigueur`])
    const [mail] = to(newAddress(account.login))
    if (!mail) throw new Error('no mail')
    expect([headerOf(mail, 'Subject'), headerOf(mail, 'List-Unsubscribe')]).toEqual([
      '[Passeur] Adresse en vigueur',
      undefined,
    ])
    expect(textOf(mail)).toContain('Votre adresse est changée.')
    expect(textOf(mail)).not.toMatch(/Subvention|documents/u)
  })

  test('ne part pas à un compte d’une autre entité : le journal demande de prévenir la personne', async () => {
    const account = await holder()
    const voisine = await town(database.knex, 'Voisine')
    await createUser(database.knex, { login: 'voisin', email: 'voisin@ville.example', entityId: voisine })
    const [line] = await decide(account, store, 'voisin')
    expect(line).toMatch(/^Aucun courriel à « voisin ».*Prévenez la personne autrement/u)
    expect(to('voisin@ville.example')).toEqual([])
  })

  test('ne s’écrit pas sans serveur de messagerie, et le journal le dit', async () => {
    const account = await holder()
    const mute = createStore({ db: database.knex, flows: testFlows, laneOf: async () => undefined })
    const [line] = await decide(account, mute)
    expect(line).toContain("la plateforme n'a pas de serveur de messagerie")
    expect(await waiting()).toBe(0)
  })
})
