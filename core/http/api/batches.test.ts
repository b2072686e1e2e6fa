import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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

const lots = (rest = '') => `/entites/${people.town}/lots${rest}`
const draft = async (): Promise<string> => {
  const { body } = await agent.send('POST', `/entites/${people.town}/documents`, {
    flow: 'note',
    values: { objet: 'Un' },
  })
  return body['id'] as string
}
/** What the worker does. */
const run = (id: unknown) => server.services.batches.run(people.town, String(id))
const deposit = (query: string, content: string) =>
  agent.raw(lots(`/creation?${query}`), {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: content,
  })

describe('les lots, par l’API', () => {
  test('se demandent, se suivent et se lisent ligne à ligne', async () => {
    const documents = [await draft(), await draft(), 'absent']
    const offers = await agent.send('POST', lots('/actions'), { documents })
    expect(offers.body['items']).toMatchObject([{ name: 'supprimer', possible: 2, total: 3 }])
    const asked = await agent.send('POST', lots(), { documents, action: 'supprimer' })
    expect(asked.status).toBe(201)
    expect(asked.body).toMatchObject({
      stage: 'running',
      label: 'Supprimer',
      counts: { todo: 2, refused: 1 },
      total: 3,
    })
    await run(asked.body['id'])
    const seen = await agent.get(lots(`/${String(asked.body['id'])}`))
    expect(seen.body).toMatchObject({ stage: 'ended', counts: { done: 2, refused: 1 } })
    const page = await agent.get(lots(`/${String(asked.body['id'])}/lignes?limite=2`))
    expect(page.body).toMatchObject({ items: [{ line: 1, status: 'done', title: 'Un' }, { line: 2 }], next: 2 })
    const refused = await agent.get(lots(`/${String(asked.body['id'])}/lignes?statut=refused`))
    expect(refused.body['items']).toMatchObject([{ line: 3, documentId: 'absent' }])
    expect((await agent.get(lots('?limite=1'))).body['items']).toMatchObject([{ id: asked.body['id'] }])
  })

  test('demandent l’un des deux choix, et une situation qui existe', async () => {
    expect((await agent.send('POST', lots(), { action: 'envoyer' })).status).toBe(422)
    expect((await agent.send('POST', lots(), { action: 'envoyer', documents: [], recherche: {} })).status).toBe(422)
    const { body } = await agent.send('POST', lots(), { action: 'envoyer', documents: ['absent'] })
    expect((await agent.get(lots(`/${String(body['id'])}/lignes?statut=inconnu`))).status).toBe(400)
  })

  test('n’existent pas pour une autre personne, ni pour une autre entité', async () => {
    const { body } = await agent.send('POST', lots(), { action: 'envoyer', documents: [await draft()] })
    const id = String(body['id'])
    expect((await server.as(basic('admin')).get(lots(`/${id}`))).body.code).toBe('lot_introuvable')
    expect((await stranger.get(lots(`/${id}`))).status).toBe(404)
    expect((await stranger.get(`/entites/${people.neighbour}/lots/${id}`)).body.code).toBe('lot_introuvable')
  })

  test('créent depuis un CSV : déposé, vérifié, confirmé ; annulé, il ne crée rien', async () => {
    const response = await deposit('flux=note&nom=lot.csv', 'Objet\nVoirie\nÉcole\n')
    expect(response.status).toBe(202)
    const { id } = (await response.json()) as { id: string }
    expect((await agent.send('POST', lots(`/${id}/confirmation`))).status).toBe(409)
    await run(id)
    expect((await agent.get(lots(`/${id}`))).body).toMatchObject({ stage: 'ready', counts: { ready: 2 } })
    expect((await agent.send('POST', lots(`/${id}/confirmation`))).body).toMatchObject({ stage: 'running' })
    await run(id)
    const { body } = await agent.get(lots(`/${id}/lignes`))
    const [first] = body['items'] as { documentId: string; title: string }[]
    const document = await agent.get(`/entites/${people.town}/documents/${first?.documentId ?? ''}`)
    expect(document.body['title']).toBe('Voirie')
    const given = (await (await deposit('flux=note&nom=lot.csv', 'Objet\nAutre\n')).json()) as { id: string }
    expect((await agent.send('POST', lots(`/${given.id}/annulation`))).body).toMatchObject({ stage: 'cancelled' })
    expect((await deposit('flux=absent&nom=lot.csv', 'x')).status).toBe(404)
  })

  test('prennent ce que la liste montrerait, par les mêmes critères', async () => {
    const create = async (reference: string) =>
      (
        await agent.send('POST', `/entites/${people.town}/documents`, {
          flow: 'note',
          values: { objet: reference, reference },
        })
      ).body['id'] as string
    const wanted = await create('LOT-1')
    await create('LOT-2')
    const criteria = { sorte: 'brouillon', creeDepuis: '2020-01-01T00:00:00Z', 'champ.reference': 'LOT-1' }
    const offers = await agent.send('POST', lots('/actions'), { recherche: criteria })
    expect(offers.body['items']).toMatchObject([{ name: 'supprimer', possible: 1, total: 1 }])
    const asked = await agent.send('POST', lots(), { recherche: criteria, action: 'supprimer' })
    const { body } = await agent.get(lots(`/${String(asked.body['id'])}/lignes`))
    expect(body['items']).toMatchObject([{ documentId: wanted }])
    const none = await agent.send('POST', lots('/actions'), { recherche: { sorte: 'termine' } })
    expect(none.body['code']).toBe('saisie_invalide')
  })

  test.each([
    [{ 'champ.objet': 'Un' }, 'champ.objet'],
    [{ passePar: 'brouillon' }, undefined],
    [{ inconnu: '1' }, 'recherche'],
  ])('refusent un critère qui ne veut rien dire : %j', async (recherche, field) => {
    const answer = await agent.send('POST', lots('/actions'), { recherche })
    expect(answer.status).toBe(422)
    if (field) expect(JSON.stringify(answer.body['fields'])).toContain(field)
  })

  test('créent depuis un dépôt en plusieurs fois, qui ne sert qu’une fois', async () => {
    const content = 'Objet\nPlace du marché\n'
    const tus = { 'tus-resumable': '1.0.0' }
    const announced = await agent.raw(`/entites/${people.town}/depots`, {
      method: 'POST',
      headers: {
        ...tus,
        'upload-length': String(Buffer.byteLength(content)),
        'upload-metadata': `filename ${Buffer.from('lot.csv').toString('base64')}`,
      },
    })
    const { id } = (await announced.json()) as { id: string }
    const ask = { flux: 'note', depot: id }
    expect((await agent.send('POST', lots('/creation/depot'), ask)).status).toBe(409)
    await agent.raw(`/entites/${people.town}/depots/${id}`, {
      method: 'PATCH',
      headers: { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
      body: content,
    })
    const batch = await agent.send('POST', lots('/creation/depot'), ask)
    expect(batch.status).toBe(202)
    await run(batch.body['id'])
    const { body } = await agent.get(lots(`/${String(batch.body['id'])}`))
    expect(body).toMatchObject({ stage: 'ready', counts: { ready: 1 }, label: 'Note : lot.csv' })
    expect((await agent.send('POST', lots('/creation/depot'), ask)).body['code']).toBe('depot_introuvable')
  })
})

describe('un document', () => {
  test('se duplique en brouillon, fichiers compris, et le journal dit de qui il vient', async () => {
    const id = await draft()
    const at = `/entites/${people.town}/documents/${id}`
    await agent.raw(`${at}/fichiers/acte?nom=acte.txt&version=1`, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: 'contenu',
    })
    const copy = await agent.send('POST', `${at}/copies`)
    expect(copy.status).toBe(201)
    expect(copy.body['id']).not.toBe(id)
    expect(copy.body).toMatchObject({
      title: 'Un',
      state: { name: 'brouillon' },
      version: 1,
      values: { objet: 'Un', acte: { name: 'acte.txt', size: 7 } },
    })
    const { body } = await agent.get(`/entites/${people.town}/documents/${String(copy.body['id'])}/journal`)
    expect(body['items']).toMatchObject([{ message: `Document créé par copie de « Un » (${id})` }])
    expect((await stranger.send('POST', `${at}/copies`)).status).toBe(404)
  })
})
