import { afterAll, beforeAll, expect, test } from 'vitest'
import { grantRole, saveRole } from '../../access/roles.ts'
import { createUser } from '../../access/users.ts'
import { testDatabase, type TestDatabase } from '../../testing/database.ts'
import { basic, PASSWORD, twoTowns, type Client, type TestServer } from '../http.fixture.ts'
import { startApi } from './api.fixture.ts'
import { apiRoutes } from './index.ts'

const SECRET = 'mot-de-passe-du-parapheur'

let database: TestDatabase
let people: Awaited<ReturnType<typeof twoTowns>>
let server: TestServer
let agent: Client
let base: string

beforeAll(async () => {
  database = await testDatabase()
  people = await twoTowns(database.knex)
  server = await startApi(database.knex, database.connectionString)
  agent = server.as(basic('agent'))
  base = `/entites/${people.town}/connecteurs`
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await database.close()
})

const parapheur = {
  connector: 'parapheur-essai',
  label: 'Parapheur de la ville',
  config: { url: 'https://parapheur.test', login: 'ville', motDePasse: SECRET },
}

const create = async (): Promise<string> => {
  const { status, body } = await agent.send('POST', base, parapheur)
  expect(status).toBe(201)
  return body['id'] as string
}

test('les connecteurs installés se présentent avec leurs champs et leur page d’aide', async () => {
  const { body } = await agent.get('/connecteurs/types')
  expect(body['items']).toMatchObject([{ id: 'parapheur-essai', help: '# Parapheur d’essai', provides: ['signature'] }])
})

test('un secret entre, sert, et ne ressort jamais', async () => {
  const id = await create()
  const changed = await agent.send('PATCH', `${base}/${id}`, { label: 'Parapheur', config: { login: 'autre' } })
  const answers = [changed, await agent.get(`${base}/${id}`), await agent.get(base)]
  expect(JSON.stringify(answers.map(each => each.body))).not.toContain(SECRET)
  expect(changed.body).toMatchObject({ secretsSet: ['motDePasse'], config: { login: 'autre' }, status: 'ok' })
  expect((await agent.send('POST', `${base}/${id}/test`)).body).toEqual({ ok: true, message: 'Connecté comme autre.' })
})

test('un réglage manquant est dit à son champ', async () => {
  const answer = await agent.send('POST', base, { ...parapheur, config: { url: 'parapheur' } })
  expect(answer.status).toBe(422)
  expect((answer.body['fields'] as { field: string }[]).map(each => each.field).sort()).toEqual([
    'config.motDePasse',
    'config.url',
  ])
})

test('associé à la ville, il sert ses services, qui le disent hérité', async () => {
  const instanceId = await create()
  const choice = { flow: 'note', slot: 'visa:signature', instanceId }
  const items = (answer: { readonly body: Readonly<Record<string, unknown>> }) => answer.body['items']
  const inherited = (inheritedFrom: string | null) =>
    expect.arrayContaining([expect.objectContaining({ slot: 'visa:signature', instanceId, inheritedFrom })]) as unknown
  expect(items(await agent.send('PUT', `/entites/${people.town}/associations`, choice))).toEqual(inherited(null))
  expect(items(await agent.get(`/entites/${people.service}/associations`))).toEqual(inherited(people.town))
  const { body } = await agent.send('POST', `/entites/${people.service}/documents`, { flow: 'note' })
  const choices = await agent.get(`/entites/${people.service}/documents/${String(body['id'])}/choix/visa.circuit`)
  expect(choices.body).toMatchObject({
    choices: [{ value: 'maire', label: 'Le maire' }],
    fetchedAt: expect.any(String) as string,
  })
  expect((await agent.send('DELETE', `${base}/${instanceId}`)).body.code).toBe('conflit')
})

test('une tâche s’exécute à la main, et dit ce qu’elle a fait', async () => {
  const id = await create()
  expect((await agent.send('POST', `${base}/${id}/taches/aLaMain`)).body).toEqual({ message: 'Fait.' })
  expect((await agent.send('POST', `${base}/${id}/reprise`)).body).toMatchObject({ status: 'ok' })
  expect((await agent.send('DELETE', `${base}/${id}`)).status).toBe(204)
  expect((await agent.get(`${base}/${id}`)).body.code).toBe('connecteur_introuvable')
})

test('le prochain échange s’enregistre, se télécharge en texte et s’efface', async () => {
  const id = await create()
  const address = `${base}/${id}/enregistrements`
  expect((await agent.send('POST', address)).body['items']).toMatchObject([{ status: 'waiting', askedBy: 'agent' }])
  await agent.send('POST', `${base}/${id}/test`)
  const { body } = await agent.get(address)
  expect(body['items']).toMatchObject([{ status: 'ready', occasion: 'Test de la connexion' }])
  const [{ id: recording = '' } = {}] = body['items'] as { id?: string }[]
  const file = await agent.raw(`${address}/${recording}`)
  expect(file.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="echange-.*\.txt"/u)
  const text = await file.text()
  expect(text).toContain('Aucun échange avec un service distant pendant cet appel.')
  expect(text).not.toContain(SECRET)
  expect((await agent.send('DELETE', `${address}/${recording}`)).status).toBe(204)
  expect((await agent.get(`${address}/${recording}`)).body.code).toBe('enregistrement_introuvable')
})

test('qui peut lire les connecteurs ne peut ni les changer ni les essayer', async () => {
  const id = await create()
  await saveRole(database.knex, { id: 'lecteur', label: 'Lecteur', rights: ['connecteur:lecture'] })
  const user = await createUser(database.knex, { login: 'lecteur', password: PASSWORD, entityId: people.town })
  await grantRole(database.knex, { userId: user.id, entityId: people.town, roleId: 'lecteur' })
  const only = server.as(basic('lecteur'))
  expect((await only.get(`${base}/${id}`)).status).toBe(200)
  for (const [method, path] of [
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/test'],
    ['POST', '/reprise'],
    ['POST', '/taches/aLaMain'],
    ['GET', '/enregistrements'],
    ['POST', '/enregistrements'],
    ['GET', '/enregistrements/1'],
    ['DELETE', '/enregistrements/1'],
  ] as const)
    expect((await only.send(method, `${base}/${id}${path}`, method === 'GET' ? undefined : {})).body.code).toBe(
      'droit_insuffisant',
    )
})

const ofInstances = apiRoutes().filter(route => route.path.includes(':instanceId'))

test.each(ofInstances.map(route => [route.method, route.path] as const))(
  '%s %s : le connecteur d’une autre ville n’existe pas, même vu de chez soi',
  async (method, path) => {
    const id = await create()
    const address = path
      .replace(':entityId', people.neighbour)
      .replace(':instanceId', id)
      .replace(':schedule', 'aLaMain')
      .replaceAll(/:\w+Id\b/gu, '1')
    const answer = await server
      .as(basic('voisin'))
      .send(method, address, method === 'PATCH' ? { label: 'À moi' } : undefined)
    expect(answer.body.code).toBe('connecteur_introuvable')
  },
)

test('un emplacement ne peut être confié au connecteur d’une autre ville', async () => {
  const choice = { flow: 'note', slot: 'visa:signature', instanceId: await create() }
  const answer = await server.as(basic('voisin')).send('PUT', `/entites/${people.neighbour}/associations`, choice)
  expect(answer.body.code).toBe('connecteur_introuvable')
})
