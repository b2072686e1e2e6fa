import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { grantRole, saveRole } from '../../access/roles.ts'
import { createUser, setUserEnabled, updateUser } from '../../access/users.ts'
import { testDatabase, type TestDatabase } from '../../testing/database.ts'
import { basic, PASSWORD, twoTowns, type Client, type TestServer } from '../http.fixture.ts'
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

const book = (rest: string, entityId = people.town) => `/entites/${entityId}/annuaire/${rest}`
interface Item {
  readonly id: string
  readonly name: string
  readonly email: string
}
const itemsOf = (body: object) => (body as { readonly items: readonly Item[] }).items
const newContact = async (email: string, name = '', groups: readonly string[] = []) =>
  (await agent.send('POST', book('contacts'), { email, name, groups })).body as unknown as Item
const newGroup = async (name: string, more: object = {}, entityId = people.town) =>
  (await agent.send('POST', book('groupes', entityId), { name, ...more })).body as unknown as Item
const named = async (liste: string, entityId = people.town, client = agent) =>
  (await client.send('POST', book('destinataires', entityId), { liste })).body as unknown as {
    readonly total: number
    readonly entries: readonly { readonly kind: string; readonly members: number; readonly fault: string | null }[]
  }
const upload = async (content: string | Buffer, essai: boolean) => {
  const answer = await agent.raw(book(`import?essai=${String(essai)}`), {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: new Uint8Array(Buffer.from(content)),
  })
  return (await answer.json()) as {
    readonly created: number
    readonly changed: number
    readonly refused: number
    readonly newGroups: readonly string[]
    readonly lines: readonly { readonly line: number; readonly status: string; readonly message: string }[]
    readonly detail?: string
  }
}

describe('l’annuaire d’une entité', () => {
  test('garde chaque adresse une fois, et se lit page à page par le début du nom ou de l’adresse', async () => {
    await newContact('zoe@exemple.fr', 'Élodie Petit')
    await newContact('elan@exemple.fr')
    await newContact('b@exemple.fr', 'Bruno Roy')
    const again = await agent.send('POST', book('contacts'), { email: 'ZOE@exemple.fr' })
    expect([again.status, JSON.stringify(again.body)]).toEqual([422, expect.stringContaining("déjà dans l'annuaire")])
    expect((await agent.send('POST', book('contacts'), { email: 'pas une adresse' })).status).toBe(422)

    const first = await agent.get(book('contacts?limite=2'))
    expect(itemsOf(first.body).map(each => each.email)).toEqual(['b@exemple.fr', 'elan@exemple.fr'])
    const rest = await agent.get(book(`contacts?limite=2&apres=${String(first.body['next'])}`))
    expect([itemsOf(rest.body).map(each => each.name), rest.body['next']]).toEqual([['Élodie Petit'], null])
    const found = async (debut: string) =>
      itemsOf((await agent.get(book(`contacts?debut=${encodeURIComponent(debut)}`))).body).map(each => each.email)
    expect(await found('ÉL')).toEqual(['elan@exemple.fr', 'zoe@exemple.fr'])
    expect(await found('ZOE')).toEqual(['zoe@exemple.fr'])
    expect(await found('%')).toEqual([])
  })

  test('n’est lu ni écrit par la voisine ; écrire des documents sans destinataires ne suffit pas à le lire', async () => {
    const { id } = await newContact('seul@exemple.fr')
    for (const path of ['contacts', 'groupes', 'suggestions?debut=s', 'export'])
      expect((await stranger.get(book(path))).body.code, path).toBe('entite_introuvable')
    const elsewhere = await stranger.send('PATCH', book(`contacts/${id}`, people.neighbour), { name: 'Pris' })
    expect(elsewhere.body.code).toBe('contact_introuvable')
    await saveRole(database.knex, { id: 'notes', label: 'Notes', rights: ['note:edition', 'annuaire:lecture'] })
    await saveRole(database.knex, { id: 'seules', label: 'Notes seules', rights: ['note:edition'] })
    for (const [login, roleId] of [
      ['lecteur', 'notes'],
      ['redacteur', 'seules'],
    ] as const) {
      const user = await createUser(database.knex, { login, password: PASSWORD, entityId: people.town })
      await grantRole(database.knex, { userId: user.id, entityId: people.town, roleId })
    }
    expect((await server.as(basic('redacteur')).get(book('contacts'))).status).toBe(403)
    const reader = server.as(basic('lecteur'))
    expect((await reader.get(book('contacts'))).status).toBe(200)
    expect((await reader.send('DELETE', book(`contacts/${id}`))).body.code).toBe('droit_insuffisant')
    expect((await agent.send('DELETE', book(`contacts/${id}`))).status).toBe(204)
    expect((await agent.send('DELETE', book(`contacts/${id}`))).status).toBe(404)
  })

  test('dit ses changements au journal de l’entité, sans le nom ni l’adresse des personnes', async () => {
    const { id } = await newContact('discret@exemple.fr', 'Dominique Discret')
    const lines = await database
      .knex('journal')
      .where({ entityId: people.town })
      .select<{ message: string }[]>('message')
    const messages = lines.map(({ message }) => message)
    expect(messages).toContain(`Contact n° ${id} ajouté à l'annuaire.`)
    expect(messages.join('\n')).not.toMatch(/discret/iu)
  })
})

describe('une liste de destinataires', () => {
  test('compte chaque personne une fois, et nomme le groupe vide ou inconnu', async () => {
    const group = await newGroup('Conseil')
    await newContact('anne@exemple.fr', 'Anne', [group.id])
    await newContact('ben@exemple.fr', 'Ben', [group.id])
    expect(await named('groupe: "conseil", ANNE@exemple.fr, "Roy, Carl" <carl@exemple.fr>')).toMatchObject({
      total: 3,
      entries: [{ kind: 'groupe', members: 2, fault: null }, { kind: 'adresse' }, { kind: 'adresse' }],
    })
    await newGroup('Vide')
    const { entries } = await named('groupe: "Vide", groupe: "Absent", role: "Absent", quidam')
    expect(entries.map(({ fault }) => fault)).toEqual([
      expect.stringContaining('« groupe: "Vide" » n\'a aucun membre'),
      expect.stringContaining('« groupe: "Absent" » ne désigne aucun groupe'),
      expect.stringContaining('« role: "Absent" » ne désigne aucun rôle'),
      expect.stringContaining("« quidam » n'est ni une adresse"),
    ])
  })

  test('d’un service voit les groupes que partage la ville, et ceux-là seulement ; les siens passent avant', async () => {
    const secret = await newGroup('Cabinet')
    await newContact('maire@exemple.fr', 'Le maire', [secret.id])
    expect((await named('groupe: "Cabinet"', people.service)).entries[0]?.fault).toContain('ne désigne aucun groupe')
    await agent.send('PATCH', book(`groupes/${secret.id}`), { shared: true })
    for (const list of ['groupe: "Cabinet"', 'groupe hérité de Ville: "cabinet"'])
      expect(await named(list, people.service), list).toMatchObject({ total: 1, entries: [{ fault: null }] })
    expect((await named('groupe global: "Cabinet"', people.service)).total).toBe(0)
    expect((await named('groupe hérité de Ville: "Cabinet"', people.neighbour, stranger)).total).toBe(0)
    const seen = itemsOf((await agent.get(book('groupes', people.service))).body)
    expect(seen).toMatchObject([{ name: 'Cabinet', written: 'groupe hérité de Ville: "Cabinet"', members: 1 }])
    await newGroup('Cabinet', {}, people.service)
    expect((await named('groupe: "Cabinet"', people.service)).entries[0]?.fault).toContain("n'a aucun membre")
  })

  test('écrit aux comptes qui ont un rôle ici ou dessous, ouverts et avec une adresse ; d’en haut, si la ville le partage', async () => {
    const { knex } = database
    await saveRole(knex, { id: 'secretariat', label: 'Secrétariat', rights: ['entite:lecture'] })
    const hold = async (login: string, entityId: string) => {
      const user = await createUser(knex, {
        login,
        firstName: login,
        lastName: 'S',
        email: `${login}@ville.fr`,
        entityId,
      })
      await grantRole(knex, { userId: user.id, entityId, roleId: 'secretariat' })
      return user.id
    }
    await hold('haut', people.town)
    await hold('bas', people.service)
    await setUserEnabled(knex, await hold('parti', people.town), 'disabled')
    await updateUser(knex, await hold('muet', people.town), { email: null })
    await hold('voisine', people.neighbour)
    expect((await named('role: "Secretariat"')).total).toBe(2)
    expect((await named('role: "secretariat"', people.service)).total).toBe(1)
    const above = 'rôle hérité de Ville: "Secrétaires"'
    expect((await named(above, people.service)).total).toBe(0)
    await newGroup('Secrétaires', { shared: true, role: 'secretariat' })
    expect((await named(above, people.service)).total).toBe(2)
    const { body } = await agent.get(book('suggestions?debut=secr'))
    expect((body['items'] as { kind: string; written: string; members: number }[]).map(each => each.written)).toEqual([
      'role: "Secrétaires"',
      'role: "Secrétariat"',
    ])
  })
})

describe('un CSV de contacts', () => {
  test('s’essaie sans rien écrire, ligne à ligne, puis s’importe ; recommencer ne change rien', async () => {
    const content = [
      'Nom;Courriel;Groupes',
      'Ève Nouvelle;eve@exemple.fr;Écoles | Presse',
      'Bruno Le Roy;b@exemple.fr;',
      'Sans adresse;;',
      'Double;EVE@exemple.fr;',
    ].join('\r\n')
    const before = itemsOf((await agent.get(book('contacts?limite=100'))).body).length
    const rehearsal = await upload(Buffer.from(content, 'latin1'), true)
    expect(rehearsal).toMatchObject({ created: 1, changed: 1, refused: 2, newGroups: ['Écoles', 'Presse'] })
    expect(rehearsal.lines.map(({ line, status }) => [line, status])).toEqual([
      [2, 'cree'],
      [3, 'modifie'],
      [4, 'refuse'],
      [5, 'refuse'],
    ])
    expect(rehearsal.lines[3]?.message).toContain('déjà à la ligne 2')
    expect(itemsOf((await agent.get(book('contacts?limite=100'))).body)).toHaveLength(before)

    expect(await upload(content, false)).toMatchObject({ created: 1, changed: 1, refused: 2 })
    expect(await named('groupe: "ecoles"')).toMatchObject({ total: 1 })
    expect(await upload(content, false)).toMatchObject({ created: 0, changed: 0, refused: 2, newGroups: [] })
    const exported = await (await agent.raw(book('export'))).text()
    expect(exported).toContain('eve@exemple.fr;Ève Nouvelle;Écoles | Presse\r\n')
    expect(await upload(exported, true)).toMatchObject({ created: 0, changed: 0, refused: 0 })
  })

  test('sans titres se lit comme celui de Pastell ; sans adresse du tout, il est refusé avec une phrase', async () => {
    const bare = await upload('"paul@exemple.fr","Paul","Écoles","Sport"\n', true)
    expect(bare).toMatchObject({ created: 1, newGroups: ['Sport'], lines: [{ line: 1, status: 'cree' }] })
    expect((await upload('un,deux\n', true)).detail).toContain('« courriel »')
  })
})
