import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createToken } from '../../access/tokens.ts'
import { setUserEnabled } from '../../access/users.ts'
import { testDatabase, type TestDatabase } from '../../testing/database.ts'
import { basic, twoTowns, type Client, type TestServer } from '../http.fixture.ts'
import { startApi } from './api.fixture.ts'

let database: TestDatabase
let people: Awaited<ReturnType<typeof twoTowns>>
let server: TestServer
let agent: Client
let stranger: Client

beforeAll(async () => {
  database = await testDatabase()
  people = await twoTowns(database.knex)
  server = await startApi(database.knex, database.connectionString)
  agent = server.as(basic('agent'))
  stranger = server.as(basic('voisin'))
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await database.close()
})

const here = (rest = '') => `/entites/${people.town}/notifications${rest}`
const note = (entityId: string, objet: string) =>
  agent.send('POST', `/entites/${entityId}/documents`, { flow: 'note', values: { objet, reference: 'REF-7781' } })

describe('mes notifications, par l’API', () => {
  test('se prennent, se lisent et se quittent ; elles disent qu’il n’y a pas de serveur de messagerie', async () => {
    const taken = await agent.send('POST', here(), { events: ['erreurs', 'incertains'], rhythm: 'quotidien' })
    expect(taken.status).toBe(201)
    const { body } = await agent.get('/notifications')
    expect(body).toMatchObject({
      mailServer: false,
      email: null,
      items: [
        { entityName: 'Ville', flow: null, eventLabel: 'Une étape a échoué', rhythm: 'quotidien' },
        { event: 'incertains' },
      ],
    })
    const [first] = body['items'] as { id: string }[]
    expect((await stranger.get('/notifications')).body['items']).toEqual([])
    expect((await stranger.send('DELETE', `/notifications/${first?.id ?? ''}`)).body.code).toBe(
      'abonnement_introuvable',
    )
    expect((await agent.send('DELETE', `/notifications/${first?.id ?? ''}`)).status).toBe(204)
    expect((await agent.get('/notifications')).body['items']).toHaveLength(1)
  })

  test('proposent les états d’un flux, sans ceux que la machine quitte aussitôt', async () => {
    const common = (await agent.get(here('/choix'))).body['items'] as { event: string }[]
    expect(common.map(({ event }) => event)).toEqual(['erreurs', 'incertains', '*'])
    const { body } = await agent.get(here('/choix?flux=note'))
    expect(body['items']).toContainEqual({ event: 'termine', label: 'Traitement terminé', proposed: false })
    expect(body['items']).not.toContainEqual(expect.objectContaining({ event: 'visa.aEnvoyer' }))
    expect((await agent.get(here('/choix?flux=absent'))).status).toBe(404)
  })

  test('refusent un état inconnu, une entité que l’on ne voit pas, un jeton limité', async () => {
    const refused = await agent.send('POST', here(), { flow: 'note', events: ['visa.rien'], rhythm: 'immediat' })
    expect(refused.status).toBe(422)
    expect((await agent.send('POST', here(), { events: ['termine'], rhythm: 'immediat' })).status).toBe(422)
    expect((await stranger.send('POST', here(), { events: ['*'], rhythm: 'immediat' })).status).toBe(404)
    const { token } = await createToken(database.knex, {
      userId: people.agent.id,
      name: 'logiciel',
      now: new Date(),
      scope: { readOnly: true },
    })
    const program = server.as({ authorization: `Bearer ${token}` })
    expect((await program.send('POST', here(), { events: ['*'], rhythm: 'immediat' })).status).toBe(403)
  })

  test('montrent à l’administrateur de la plateforme, et à lui seul, ce qui n’est pas parti', async () => {
    const user = people.stranger.id
    await database.knex('notification_letters').insert(
      ['Premier refus.', 'Second refus.'].map((error, rank) => ({
        userId: user,
        rhythm: 'immediate',
        createdAt: new Date(Date.UTC(2026, 0, 1 + rank)),
        nextAt: new Date(),
        tries: 3,
        error,
        givenUpAt: new Date(),
      })),
    )
    expect((await agent.get('/notifications/non-remises')).status).toBe(403)
    const admin = server.as(basic('admin'))
    const { body } = await admin.get('/notifications/non-remises?limite=1')
    expect(body['items']).toMatchObject([{ login: 'voisin', error: 'Second refus.', nextTry: null, tries: 3 }])
    const second = await admin.get(`/notifications/non-remises?apres=${String(body['next'])}`)
    expect(second.body).toMatchObject({ items: [{ error: 'Premier refus.' }], next: null })
  })
})

describe('la recherche partout, par l’API', () => {
  test('trouve ce que l’on peut lire, dit où, et montre ce qui répond', async () => {
    await note(people.town, 'Réfection de la halle')
    await note(people.service, 'Halle : éclairage')
    const { body } = await agent.get('/recherche?q=halles')
    const items = body['items'] as { entityName: string; title: { text: string; found: boolean }[] }[]
    expect(items.map(({ entityName }) => entityName).toSorted()).toEqual(['Service des assemblées', 'Ville'])
    expect(
      items
        .flatMap(({ title }) => title)
        .filter(({ found }) => found)
        .map(({ text }) => text.toLowerCase()),
    ).toEqual(['halle', 'halle'])
    const byReference = await agent.get(`/recherche?q=ref-7781&entite=${people.service}`)
    expect(byReference.body['items']).toMatchObject([
      { document: { title: 'Halle : éclairage' }, fields: [{ label: 'Référence' }] },
    ])
    expect((await stranger.get('/recherche?q=halles')).body).toMatchObject({ items: [], next: null, byDate: false })
    expect((await agent.get('/recherche?q=a')).status).toBe(400)
    expect((await agent.get('/recherche?q=halle&apres=rien')).status).toBe(400)
    await setUserEnabled(database.knex, people.stranger.id, 'disabled')
    expect((await stranger.get('/recherche?q=halle')).status).toBe(401)
  })
})
