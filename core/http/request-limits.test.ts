import Type from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { entityRoutes } from './api/entities.ts'
import { basic, startTestServer, twoTowns } from './http.fixture.ts'
import { route } from './route.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
  await twoTowns(database.knex)
})
afterAll(() => database.close())

const open = route({
  method: 'GET',
  path: '/ouverte',
  access: 'public',
  summary: 'Essai',
  response: Type.Object({}),
  handle: () => ({}),
})

const limited = (perAccount: number, perAddress: number) =>
  startTestServer({
    db: database.knex,
    routes: [...entityRoutes, open],
    settings: { requestLimits: { perAccount, perAddress } },
  })

test('un compte qui insiste est prié d’attendre, les autres continuent', async () => {
  await using server = await limited(2, 0)
  const agent = server.as(basic('agent'))
  const first = await agent.get('/entites')
  expect([first.status, first.headers.get('ratelimit-limit'), first.headers.get('ratelimit-remaining')]).toEqual([
    200,
    '2',
    '1',
  ])
  await agent.get('/entites')
  const refused = await agent.get('/entites')
  expect(refused).toMatchObject({ status: 429, body: { code: 'trop_de_demandes' } })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(refused.headers.get('ratelimit-remaining')).toBe('0')
  expect((await server.as(basic('voisin')).get('/entites')).status).toBe(200)
})

test('le compte est tenu par la base : un autre processus le connaît', async () => {
  await using one = await limited(3, 0)
  await using two = await limited(3, 0)
  const asked = await Promise.all([1, 2, 3, 4].map(n => (n % 2 ? one : two).as(basic('admin')).get('/entites')))
  expect(asked.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429])
})

test('une adresse qui insiste est priée d’attendre, sans même qu’on sache qui parle', async () => {
  await using server = await limited(0, 3)
  const statuses: number[] = []
  for (const path of ['/ouverte', '/entites', '/ouverte', '/entites', '/ouverte'])
    statuses.push((await server.as().get(path)).status)
  expect(statuses).toEqual([200, 401, 200, 429, 429])
})

test('sans limite, rien n’est compté', async () => {
  await using server = await limited(0, 0)
  const { status, headers } = await server.as(basic('agent')).get('/entites')
  expect([status, headers.get('ratelimit-limit')]).toEqual([200, null])
})
