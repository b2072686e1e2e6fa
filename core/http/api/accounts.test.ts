import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { grantRole, saveRole } from '../../access/roles.ts'
import { createUser } from '../../access/users.ts'
import { testDatabase, type TestDatabase } from '../../testing/database.ts'
import { basic, PASSWORD, twoTowns, type Client, type TestServer } from '../http.fixture.ts'
import { startApi } from './api.fixture.ts'

let database: TestDatabase
let people: Awaited<ReturnType<typeof twoTowns>>
let server: TestServer
let admin: Client
let mayor: Client

beforeAll(async () => {
  database = await testDatabase()
  people = await twoTowns(database.knex)
  server = await startApi(database.knex, database.connectionString)
  admin = server.as(basic('admin'))
  // « agent » holds every right in the town, and nowhere else.
  mayor = server.as(basic('agent'))
  await saveRole(database.knex, { id: 'saisie', label: 'Saisie', rights: ['note:lecture', 'note:edition'] })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await database.close()
})

const people_ = () => `/entites/${people.town}/utilisateurs`
const newUser = async (login: string) => {
  const { status, body } = await mayor.send('POST', people_(), { login, password: PASSWORD, lastName: 'Martin' })
  expect(status).toBe(201)
  return body as unknown as { readonly id: string; readonly login: string }
}

describe('un compte', () => {
  test('se crée sans droit, reçoit un rôle, s’en sert, est fermé puis supprimé', async () => {
    const { id } = await newUser('c.martin')
    const martin = server.as(basic('c.martin'))
    expect((await martin.get('/entites')).body).toEqual({ items: [] })

    const given = await mayor.send('PUT', `${people_()}/${id}/roles`, { entityId: people.service, role: 'saisie' })
    expect(given.body).toEqual({ items: [{ entityId: people.service, role: 'saisie' }] })
    const created = await martin.send('POST', `/entites/${people.service}/documents`, { flow: 'note', values: {} })
    expect(created.status).toBe(201)

    await mayor.send('DELETE', `${people_()}/${id}/roles?entite=${people.service}&role=saisie`)
    expect((await martin.get('/entites')).body).toEqual({ items: [] })
    await mayor.send('PATCH', `${people_()}/${id}`, { enabled: false })
    expect((await martin.get('/entites')).body.code).toBe('identifiants_invalides')
    expect((await mayor.send('DELETE', `${people_()}/${id}`)).status).toBe(204)
    expect((await mayor.get(`${people_()}/${id}`)).body.code).toBe('utilisateur_introuvable')
  })

  test('un identifiant pris, à la casse près, est refusé au bon champ', async () => {
    await newUser('d.petit')
    const twice = await mayor.send('POST', people_(), { login: 'D.Petit', password: PASSWORD })
    expect(twice.body).toMatchObject({ code: 'saisie_invalide', fields: [{ field: 'login' }] })
    const { id } = await newUser('e.grand')
    const renamed = await mayor.send('PATCH', `${people_()}/${id}`, { login: 'd.petit' })
    expect(renamed.body).toMatchObject({ fields: [{ field: 'login' }] })
  })

  test('la liste va par pages et ne montre que les comptes de l’entité', async () => {
    for (let n = 0; n < 101; n++)
      await createUser(database.knex, { login: `page-${String(n).padStart(3, '0')}`, entityId: people.service })
    const address = `/entites/${people.service}/utilisateurs`
    const first = await mayor.get(address)
    expect(first.body['items']).toHaveLength(100)
    const second = await mayor.get(`${address}?apres=${String(first.body['next'])}`)
    expect(second.body).toMatchObject({ items: [{ login: 'page-100' }], next: null })
  })
})

describe('on ne donne que ce que l’on a', () => {
  test('ni un rôle plus fort que soi, ni un rôle ailleurs', async () => {
    const limited = await createUser(database.knex, { login: 'limite', password: PASSWORD, entityId: people.town })
    const rights = ['utilisateur:lecture', 'utilisateur:edition', 'note:lecture']
    await saveRole(database.knex, { id: 'gestion', label: 'Gestion', rights })
    await grantRole(database.knex, { userId: limited.id, entityId: people.town, roleId: 'gestion' })
    const { id } = await newUser('f.blanc')
    const give = (entityId: string, role: string) =>
      server.as(basic('limite')).send('PUT', `${people_()}/${id}/roles`, { entityId, role })
    expect((await give(people.town, 'saisie')).body).toMatchObject({
      code: 'droit_insuffisant',
      detail: "Le rôle « saisie » comporte des droits que vous n'avez pas ici : note:edition.",
    })
    expect((await give(people.neighbour, 'gestion')).body.code).toBe('entite_introuvable')
    expect((await give('0', 'gestion')).body.code).toBe('entite_introuvable')
    expect((await give(people.service, 'gestion')).status).toBe(200)
  })

  test('ni le mot de passe d’un compte plus puissant que soi', async () => {
    const powerful = await createUser(database.knex, { login: 'dgs', password: PASSWORD, entityId: people.town })
    await grantRole(database.knex, { userId: powerful.id, entityId: '0', roleId: 'admin' })
    const stolen = await mayor.send('PATCH', `${people_()}/${powerful.id}`, { password: 'Autre-phrase-de-passe-2026' })
    expect(stolen.body.code).toBe('droit_insuffisant')
    expect((await mayor.send('DELETE', `${people_()}/${powerful.id}`)).body.code).toBe('droit_insuffisant')
    expect((await server.as(basic('dgs')).get('/session')).status).toBe(200)
  })

  test('un compte d’une autre entité est introuvable', async () => {
    expect((await mayor.get(`${people_()}/${people.stranger.id}`)).body.code).toBe('utilisateur_introuvable')
    const moved = await mayor.send('PATCH', `${people_()}/${people.agent.id}`, { entityId: people.neighbour })
    expect(moved.body.code).toBe('entite_introuvable')
  })
})

describe('un rôle', () => {
  test('se définit à la racine, refuse un droit inconnu, et ne disparaît pas tant qu’on le détient', async () => {
    const body = { label: 'Lecteurs', rights: ['entite:lecture', '*:lecture'] }
    expect((await mayor.send('PUT', '/roles/lecteurs', body)).body.code).toBe('droit_insuffisant')
    expect((await admin.send('PUT', '/roles/lecteurs', body)).status).toBe(200)
    const unknown = await admin.send('PUT', '/roles/lecteurs', {
      label: 'L',
      rights: ['entite:lecture', 'bail:signer'],
    })
    expect(unknown.body['fields']).toEqual([expect.objectContaining({ field: 'rights' })])

    const { id } = await newUser('g.noir')
    await grantRole(database.knex, { userId: id, entityId: people.town, roleId: 'lecteurs' })
    expect((await server.as(basic('g.noir')).get(`/entites/${people.town}/flux`)).body).toMatchObject({
      items: [{ id: 'note', canCreate: false }],
    })
    expect((await admin.send('DELETE', '/roles/lecteurs')).body.detail).toContain('encore donné 1 fois')
    await admin.send('DELETE', `${people_()}/${id}`)
    expect((await admin.send('DELETE', '/roles/lecteurs')).status).toBe(204)
  })
})

describe('un jeton', () => {
  const make = async (body: object) => {
    const answer = await mayor.send('POST', '/jetons', { name: 'GRC', ...body })
    expect(answer.status).toBe(201)
    const { token, id } = answer.body as unknown as { readonly token: string; readonly id: string }
    return { id, client: server.as({ authorization: `Bearer ${token}` }) }
  }
  const documents = () => `/entites/${people.town}/documents`

  test('en lecture seule, il lit et n’écrit pas', async () => {
    const { client } = await make({ readOnly: true })
    expect((await client.get(documents())).status).toBe(200)
    expect((await client.send('POST', documents(), { flow: 'note' })).body.code).toBe('droit_insuffisant')
    expect((await client.send('PATCH', `/entites/${people.town}`, { name: 'Prise' })).body.code).toBe(
      'droit_insuffisant',
    )
  })

  test('borné à une entité, il ne voit ni sa mère ni ses voisines', async () => {
    const { client } = await make({ entities: [people.service] })
    expect((await client.get('/entites')).body['items']).toMatchObject([{ id: people.service, parentId: null }])
    expect((await client.get(documents())).body.code).toBe('entite_introuvable')
    expect((await client.send('POST', `/entites/${people.service}/documents`, { flow: 'note' })).status).toBe(201)
  })

  test('borné à un flux, il ne touche ni aux comptes ni aux connecteurs ni aux autres flux', async () => {
    const { client } = await make({ flows: ['note'] })
    expect((await client.send('POST', documents(), { flow: 'note' })).status).toBe(201)
    expect((await client.get(people_())).body.code).toBe('droit_insuffisant')
    expect((await client.get(`/entites/${people.town}/connecteurs`)).body.code).toBe('droit_insuffisant')
    const other = await make({ flows: ['autre'] })
    expect((await other.client.get(documents())).body).toEqual({ items: [], next: null })
    expect((await other.client.send('POST', documents(), { flow: 'note' })).body.code).toBe('flux_introuvable')
  })

  test('ne crée pas de jeton, se renouvelle, se révoque, montre son dernier usage', async () => {
    const { id, client } = await make({})
    expect((await client.send('POST', '/jetons', { name: 'Fils' })).body.code).toBe('droit_insuffisant')
    const listed = (await mayor.get('/jetons')).body['items'] as readonly Record<string, unknown>[]
    expect(listed.find(each => each['id'] === id)).toMatchObject({
      name: 'GRC',
      lastUsedAt: expect.any(String) as string,
    })
    const renewed = await mayor.send('POST', `/jetons/${id}/renouvellement`)
    expect((await client.get('/session')).body.code).toBe('non_authentifie')
    const next = server.as({ authorization: `Bearer ${(renewed.body as unknown as { readonly token: string }).token}` })
    expect((await next.get('/session')).status).toBe(200)
    expect((await mayor.send('DELETE', `/jetons/${id}`)).status).toBe(204)
    expect((await next.get('/session')).body.code).toBe('non_authentifie')
    expect((await server.as(basic('voisin')).send('DELETE', `/jetons/${id}`)).body.code).toBe('jeton_introuvable')
  })

  test('une échéance passée est refusée', async () => {
    const refused = await mayor.send('POST', '/jetons', { name: 'Vieux', expiresAt: '2020-01-01T00:00:00Z' })
    expect(refused.body).toMatchObject({ code: 'saisie_invalide', fields: [{ field: 'expiresAt' }] })
  })
})

describe('une entité', () => {
  test('se crée sous une autre, se renomme, se déplace, se supprime si elle est vide', async () => {
    const made = await mayor.send('POST', `/entites/${people.town}/entites`, { name: 'CCAS', kind: 'service' })
    expect(made).toMatchObject({ status: 201, body: { name: 'CCAS', parentId: people.town } })
    const address = `/entites/${String(made.body['id'])}`
    expect((await mayor.send('PATCH', address, { name: 'Action sociale' })).body).toMatchObject({
      name: 'Action sociale',
    })
    const bad = await mayor.send('PATCH', address, { siren: '123' })
    expect(bad.body).toMatchObject({ code: 'saisie_invalide', fields: [{ field: 'siren' }] })
    const moved = await mayor.send('POST', `${address}/deplacement`, { parentId: people.service })
    expect(moved.body).toMatchObject({ parentId: people.service })
    const away = await mayor.send('POST', `${address}/deplacement`, { parentId: people.neighbour })
    expect(away.body.code).toBe('droit_insuffisant')
    const held = await mayor.send('DELETE', `/entites/${people.service}`)
    expect(held.body).toMatchObject({ code: 'conflit' })
    expect((await mayor.send('DELETE', address)).status).toBe(204)
    expect((await mayor.get(address)).body.code).toBe('entite_introuvable')
  })
})

test('le journal dit qui a défini, changé, donné, retiré et supprimé un rôle, et tait ce qui ne change rien', async () => {
  const { id } = await newUser('r.role')
  const told = () =>
    database
      .knex('journal')
      .where('event', 'like', 'role.%')
      .andWhere('message', 'like', '%essai-journal%')
      .orderBy('seq')
      .select('entityId', 'authorId', 'event', 'message')
  const define = (label: string, rights: readonly string[]) =>
    admin.send('PUT', '/roles/essai-journal', { label, rights })
  await define('Essai', ['note:lecture', 'entite:lecture'])
  await define('Essai', ['entite:lecture', 'note:lecture', 'note:lecture'])
  await define('Essais', ['note:lecture', 'note:edition'])
  const grant = { entityId: people.service, role: 'essai-journal' }
  const give = () => mayor.send('PUT', `${people_()}/${id}/roles`, grant)
  const take = () => mayor.send('DELETE', `${people_()}/${id}/roles?entite=${people.service}&role=essai-journal`)
  for (const twice of [give, give, take, take]) await twice()
  await admin.send('DELETE', '/roles/essai-journal')
  const on = `compte « r.role » (n° ${id}) sur l'entité « Service des assemblées » (n° ${people.service}).`
  const byAdmin = { entityId: '0', authorId: people.admin.id }
  expect(await told()).toEqual([
    {
      ...byAdmin,
      event: 'role.creation',
      message: 'Rôle « essai-journal » créé (libellé « Essai » ; droits : entite:lecture, note:lecture).',
    },
    {
      ...byAdmin,
      event: 'role.modification',
      message:
        'Rôle « essai-journal » modifié (libellé « Essais » au lieu de « Essai » ; droits ajoutés : note:edition ; droits retirés : entite:lecture).',
    },
    {
      ...byAdmin,
      authorId: people.agent.id,
      event: 'role.attribution',
      message: `Rôle « essai-journal » donné au ${on}`,
    },
    { ...byAdmin, authorId: people.agent.id, event: 'role.retrait', message: `Rôle « essai-journal » retiré au ${on}` },
    { ...byAdmin, event: 'role.suppression', message: 'Rôle « essai-journal » supprimé.' },
  ])
})
