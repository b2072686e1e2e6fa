import { afterAll, beforeAll, expect, test } from 'vitest'
import { grantRole, saveRole } from '../../access/roles.ts'
import { createUser } from '../../access/users.ts'
import { newDocument, testFlows, testStore } from '../../documents/documents.fixture.ts'
import type { Documents } from '../../documents/service.ts'
import type { Links } from '../../documents/links.ts'
import { testDatabase, type TestDatabase } from '../../testing/database.ts'
import { basic, PASSWORD, startTestServer, twoTowns, type TestServer } from '../http.fixture.ts'
import { documentRoutes } from './documents.ts'

let database: TestDatabase
let server: TestServer
let people: Awaited<ReturnType<typeof twoTowns>>
let address: string
const asked: Parameters<Links['open']>[0][] = []

beforeAll(async () => {
  database = await testDatabase()
  people = await twoTowns(database.knex)
  const document = await testStore(database.knex).create(newDocument(people.town))
  address = `/entites/${people.town}/documents/${document.id}/pages/visa.confirmer`
  server = await startTestServer({
    db: database.knex,
    routes: documentRoutes,
    settings: { publicUrl: 'https://passeur.ville.fr' },
    services: {
      flows: testFlows,
      documents: { get: async () => document } as unknown as Documents,
      links: {
        open: async change => {
          asked.push(change)
          return `https://tdt.test/?nounce=${asked.length}`
        },
      },
    },
  })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await database.close()
})

test('l’adresse est nouvelle à chaque demande, même sous la même clé, et n’est pas gardée par le navigateur', async () => {
  const agent = server.as(basic('agent'))
  const twice = { 'idempotency-key': 'une-cle' }
  const first = await agent.send('POST', address, { version: 1 }, twice)
  const second = await agent.send('POST', address, { version: 1 }, twice)
  expect([first.body, second.body]).toEqual([
    { url: 'https://tdt.test/?nounce=1' },
    { url: 'https://tdt.test/?nounce=2' },
  ])
  expect(first.headers.get('cache-control')).toBe('no-store')
  expect(asked[0]).toMatchObject({ by: people.agent.id, version: 1, link: 'visa.confirmer' })
  expect(asked[0]?.returnTo).toMatch(/^https:\/\/passeur\.ville\.fr\/entites\/\d+\/documents\/[\w-]+$/u)
  expect(JSON.stringify(server.logged)).not.toContain('nounce')
})

test('elle demande le droit de modifier ; le document d’une autre ville n’existe pas', async () => {
  await saveRole(database.knex, { id: 'lecteur', label: 'Lecteur', rights: ['deliberation:lecture'] })
  const user = await createUser(database.knex, { login: 'lecteur', password: PASSWORD, entityId: people.town })
  await grantRole(database.knex, { userId: user.id, entityId: people.town, roleId: 'lecteur' })
  const before = asked.length
  expect((await server.as(basic('lecteur')).send('POST', address, { version: 1 })).body.code).toBe('droit_insuffisant')
  expect((await server.as(basic('voisin')).send('POST', address, { version: 1 })).status).toBe(404)
  expect(asked.length).toBe(before)
})
