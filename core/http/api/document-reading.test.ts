import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../../testing/database.ts'
import { basic, twoTowns, type Client, type TestServer } from '../http.fixture.ts'
import { startApi } from './api.fixture.ts'

let database: TestDatabase
let server: TestServer
let agent: Client
let documents: string

beforeAll(async () => {
  database = await testDatabase()
  const people = await twoTowns(database.knex)
  server = await startApi(database.knex, database.connectionString)
  agent = server.as(basic('agent'))
  documents = `/entites/${people.town}/documents`
  for (const [objet, reference] of [
    ['Premier', 'R-1'],
    ['Second', 'R-12'],
  ]) {
    const { body } = await agent.send('POST', documents, { flow: 'note', values: { objet, reference } })
    for (const [name, version] of [
      ['a.txt', 1],
      ['b.txt', 2],
    ] as const)
      await agent.raw(`${documents}/${String(body['id'])}/fichiers/acte?nom=${name}&version=${version}`, {
        method: 'PUT',
        body: name,
        headers: { 'content-type': 'application/octet-stream' },
      })
  }
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await database.close()
})

const list = async (query: string) =>
  (await agent.get(`${documents}?${query}`)).body['items'] as Record<string, unknown>[]
const titles = async (query: string) => (await list(query)).map(({ title }) => title)

describe('une liste', () => {
  test('se filtre par l’adresse comme par la recherche', async () => {
    expect(await titles('champ.reference=R-1')).toEqual(['Premier'])
    expect(await titles('champ.reference=R-1*')).toEqual(['Second', 'Premier'])
    expect(await titles('sorte=brouillon&champ.reference=R-12')).toEqual(['Second'])
    expect(await titles('sorte=erreur')).toEqual([])
    expect(await titles('flux=note&passePar=visa.aEnvoyer&passeDepuis=2026-01-01T00:00:00Z')).toEqual([])
    expect(await titles('etatDepuis=2020-01-01T00:00:00Z')).toEqual(['Second', 'Premier'])
    expect(await titles('etatAvant=2020-01-01T00:00:00Z')).toEqual([])
  })

  test('n’envoie que ce qui est demandé', async () => {
    expect(await list('fields=title,values.objet')).toEqual([
      { title: 'Second', values: { objet: 'Second' } },
      { title: 'Premier', values: { objet: 'Premier' } },
    ])
    const [whole] = await list('include=values,files&limite=1')
    expect(whole).toMatchObject({
      title: 'Second',
      version: 3,
      values: { reference: 'R-12' },
      files: [{ field: 'acte', name: 'b.txt', replacedAt: null }],
    })
  })

  test.each([
    ['fields=id,inconnu', 'fields'],
    ['include=journal', 'include'],
    ['champ.objet=Premier', 'champ.objet'],
    ['champ.reference=R*', 'champ.reference'],
    ['champ.reference=*', 'champ.reference'],
    ['champ.reference=a&champ.reference=b', 'champ.reference'],
    ['passePar=visa.aEnvoyer', 'passePar'],
    ['sorte=autre', 'sorte'],
    ['etta=termine', 'etta'], // mal écrit, il laisserait tout passer
  ])('%s est refusé avec une phrase', async (query, field) => {
    const { status, body } = await agent.get(`${documents}?${query}`)
    expect([status, body.code]).toEqual([400, 'requete_invalide'])
    if (field !== 'passePar') expect(body['fields']).toMatchObject([{ field }])
  })
})

describe('un document', () => {
  const path = async () => `${documents}/${String((await list('champ.reference=R-1'))[0]?.['id'])}`

  test('ne donne que ce qui est demandé, avec son ETag', async () => {
    const { body, headers } = await agent.get(`${await path()}?fields=title,values.reference`)
    expect(body).toEqual({ title: 'Premier', values: { reference: 'R-1' } })
    expect(headers.get('etag')).toBe('"3"')
  })

  test('donne avec lui son journal, les versions de ses fichiers, ses liens', async () => {
    const { body } = await agent.get(`${await path()}?include=journal,files,relations`)
    expect(body).toMatchObject({ title: 'Premier', relations: [] })
    expect((body['journal'] as object[]).length).toBeGreaterThanOrEqual(3)
    expect(body['files']).toMatchObject([
      { name: 'a.txt', replacedAt: expect.any(String) as string },
      { name: 'b.txt', replacedAt: null },
    ])
    const only = await agent.get(`${await path()}?fields=id&include=journal`)
    expect(Object.keys(only.body).sort()).toEqual(['id', 'journal'])
  })
})
