import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { grantsOf, saveRole } from '#core'
import { startRelay, startWholeHub, textOf, type Relay, type WholeHub } from '#core/conformance'
import { basic, clientOf } from '../testing.ts'

let hub: WholeHub
let relay: Relay
let api: ReturnType<typeof clientOf>
beforeAll(async () => {
  relay = await startRelay()
  hub = await startWholeHub({
    environment: {
      PASSEUR_MAIL_URL: `smtp+clair://127.0.0.1:${relay.port}`,
      PASSEUR_MAIL_FROM: 'passeur@ville.example',
    },
  })
  api = clientOf(hub)
  await saveRole(hub.hub.cradle.db, { id: 'lecteur', label: 'Lecteur', rights: ['entite:lecture', 'role:lecture'] })
})
afterAll(async () => {
  await hub[Symbol.asyncDispose]()
  await relay[Symbol.asyncDispose]()
})

const PASSWORD = 'Franchir-le-Rhône-à-la-nage'
const refused = (message: string) => ({ status: 'error', 'error-message': message })
const identity = (login: string, more = '') => `login=${login}&nom=Dupont&prenom=Jeanne&email=j@example.org${more}`
const create = async (login: string, more = '') => {
  const answer = await api('POST', '/utilisateur', {
    body: identity(login, `&id_e=${hub.town}&password=${PASSWORD}${more}`),
  })
  return { answer, id: (answer.json as { readonly id_u?: string }).id_u ?? '' }
}

describe('les utilisateurs de l’API de Pastell', () => {
  test('un compte se crée, se lit, se modifie, se désactive et se supprime', async () => {
    const { answer, id } = await create('jdupont')
    const facts = {
      id_u: id,
      login: 'jdupont',
      nom: 'Dupont',
      prenom: 'Jeanne',
      email: 'j@example.org',
      certificat: '',
      id_e: hub.town,
      active: true,
    }
    expect(answer).toMatchObject({ status: 201, json: facts })
    expect(Object.keys(answer.json as object)).toEqual(Object.keys(facts))
    expect((await api('GET', `/utilisateur/${id}`)).json).toEqual(facts)
    expect(await api('PATCH', `/utilisateur/${id}`, { body: 'nom=Martin' })).toMatchObject({
      status: 200,
      json: { nom: 'Martin', prenom: 'Jeanne', id_e: hub.town, result: 'ok' },
    })
    expect((await api('PATCH', '/utilisateur', { body: 'login=jdupont&prenom=Anne' })).json).toMatchObject({
      prenom: 'Anne',
    })
    expect((await api('GET', `/utilisateur?id_e=${hub.town}`)).json).toContainEqual({
      id_u: id,
      login: 'jdupont',
      email: 'j@example.org',
      active: true,
    })
    const own = { headers: { Authorization: basic('jdupont', PASSWORD) }, login: null }
    expect((await api('GET', '/version', own)).status).toBe(200)
    expect(await api('POST', `/utilisateur/${id}/deactivate`)).toMatchObject({ status: 201, json: { active: false } })
    expect(await api('GET', '/version', own)).toMatchObject({
      status: 401,
      json: refused('Votre compte a été désactivé'),
    })
    expect((await api('POST', `/utilisateur/${id}/activate`)).json).toMatchObject({ active: true })
    expect((await api('DELETE', '/utilisateur?login=jdupont')).json).toEqual({ result: 'ok' })
    expect(await api('GET', `/utilisateur/${id}`)).toMatchObject({
      status: 404,
      json: refused(`L'utilisateur n'existe pas : {id_u=${id}}`),
    })
    expect(await api('PATCH', `/utilisateur/${id}`)).toMatchObject({
      status: 404,
      json: refused(`L'identifiant de l'utilisateur n'existe pas : {id_u=${id}}`),
    })
  })

  test('chaque erreur a son texte, dans l’ordre de Pastell', async () => {
    const post = (body: string) => api('POST', '/utilisateur', { body: `${body}&id_e=${hub.town}` })
    const says = (message: string, status = 400) => ({ status, json: refused(message) })
    expect(await post('nom=X')).toMatchObject(says('Le login est obligatoire'))
    expect(await post('login=x')).toMatchObject(says('Le nom est obligatoire'))
    expect(await post('login=x&nom=X')).toMatchObject(says('Le prénom est obligatoire'))
    expect(await post('login=x&nom=X&prenom=Y&email=zut')).toMatchObject(
      says('Votre adresse email ne semble pas valide'),
    )
    expect(await post(identity('x', '&certificat=zut'))).toMatchObject(says('Le certificat ne semble pas être valide'))
    expect(await post(identity('x', '&password=court'))).toMatchObject(
      says("Le mot de passe n'est pas assez fort. (trop court ou pas assez de caractères différents)"),
    )
    expect(await post(identity('AGENT'))).toMatchObject(says('Un utilisateur avec le même login existe déjà.', 409))
    expect(await api('POST', `/utilisateur/${hub.users.agent}/deactivate`)).toMatchObject(
      says('Vous ne pouvez pas désactiver votre compte utilisateur.'),
    )
    expect(await api('DELETE', '/utilisateur?login=personne')).toMatchObject(
      says("Le login de l'utilisateur n'existe pas : {login=personne}", 404),
    )
    const patched = await api('PATCH', `/utilisateur/${hub.users.agent}`, { body: 'id_e=999999' })
    expect(patched).toMatchObject(says("L'entité 999999 n'existe pas"))
  })

  test('un administrateur ne touche ni aux comptes d’ailleurs, ni à plus puissant que lui', async () => {
    const { voisin, admin, agent } = hub.users
    expect(await api('GET', `/utilisateur/${voisin}`)).toMatchObject({
      status: 403,
      json: refused(`Acces interdit id_e=${hub.neighbour}, droit=utilisateur:lecture,id_u=${agent}`),
    })
    for (const id of [voisin, admin]) {
      expect((await api('PATCH', `/utilisateur/${id}`, { body: `password=${PASSWORD}` })).status).toBe(403)
      expect((await api('DELETE', `/utilisateur/${id}`)).status).toBe(403)
    }
    // Managed here, but powerful elsewhere: taking the account would take its rights.
    const { id } = await create('puissant')
    await api('POST', `/utilisateur/${id}/role`, { login: 'admin', body: `role=admin&id_e=${hub.neighbour}` })
    expect((await api('PATCH', `/utilisateur/${id}`, { body: `password=${PASSWORD}!` })).status).toBe(403)
  })

  test('les rôles se donnent et se retirent entité par entité', async () => {
    const { id } = await create('roles')
    const path = `/utilisateur/${id}/role`
    const rows = async () => (await api('GET', `${path}?id_e=${hub.town}`)).json
    expect(await rows()).toEqual([{ id_u: id, role: 'aucun droit', id_e: hub.town, droits: [] }])
    for (let times = 0; times < 2; times++)
      expect(await api('POST', path, { body: `role=lecteur&id_e=${hub.town}` })).toMatchObject({
        status: 201,
        json: { result: 'ok' },
      })
    const held = [{ id_u: id, role: 'lecteur', id_e: hub.town, droits: ['entite:lecture', 'role:lecture'] }]
    expect(await rows()).toEqual(held)
    expect(await api('POST', path, { body: `role=inconnu&id_e=${hub.town}` })).toMatchObject({
      status: 404,
      json: refused("Le role spécifié n'existe pas {role=inconnu}"),
    })
    expect((await api('POST', path, { body: `role=lecteur&id_e=${hub.neighbour}` })).status).toBe(403)
    expect((await api('DELETE', `${path}?id_e=${hub.town}&role=ALL_ROLES`)).json).toEqual({ result: 'ok' })
    expect(await grantsOf(hub.hub.cradle.db, id)).toEqual([])
  })

  test('on ne donne pas un droit que l’on n’a pas', async () => {
    const { id } = await create('lecteur')
    await api('POST', `/utilisateur/${id}/role`, { body: `role=lecteur&id_e=${hub.town}` })
    await saveRole(hub.hub.cradle.db, {
      id: 'gestion',
      label: 'Gestion des comptes',
      rights: ['utilisateur:edition', 'utilisateur:lecture', 'role:lecture'],
    })
    await api('POST', `/utilisateur/${id}/role`, { body: `role=gestion&id_e=${hub.town}` })
    const own = { headers: { Authorization: basic('lecteur', PASSWORD) }, login: null }
    expect((await api('GET', '/role', own)).json).toEqual([
      { role: 'gestion', libelle: 'Gestion des comptes' },
      { role: 'lecteur', libelle: 'Lecteur' },
    ])
    const taken = await api('POST', `/utilisateur/${id}/role`, { ...own, body: `role=admin&id_e=${hub.town}` })
    expect(taken.status).toBe(403)
    expect((await api('GET', '/role')).json).toHaveLength(3)
  })

  test('les scripts de la première version donnent et retirent plusieurs rôles', async () => {
    const { id } = await create('plusieurs')
    const add = (roles: string) =>
      api('POST', '/api/add-several-role-utilisateur.php', { body: `login=plusieurs&denomination=Ville${roles}` })
    expect(await add('')).toMatchObject({ status: 200, json: [] })
    expect((await add('&role=lecteur')).json).toEqual({ result: 'ok' })
    expect((await add('&role[]=admin&role[]=lecteur')).json).toEqual([{ result: 'ok' }, { result: 'ok' }])
    expect((await add('&role=lecteur&deleteRoles=1')).json).toEqual({ result: 'ok' })
    expect((await grantsOf(hub.hub.cradle.db, id)).map(({ roleId }) => roleId)).toEqual(['lecteur'])
    const body = `id_u=${id}&id_e=${hub.town}&role[]=lecteur`
    expect((await api('POST', '/api/delete-several-roles-utilisateur.php', { body })).json).toEqual({ result: 'ok' })
    expect((await api('GET', `/api/list-role-utilisateur.php?id_u=${id}&id_e=${hub.town}`)).json).toMatchObject([
      { role: 'aucun droit' },
    ])
    expect(await api('GET', `/api/detail-utilisateur.php?id_u=${id}`)).toMatchObject({
      status: 200,
      json: { active: '1' },
    })
  })
})

describe('les jetons de l’API de Pastell', () => {
  const made = async (body: string) =>
    (await api('POST', '/utilisateur/token', { body })).json as Record<string, string>
  const bearer = (token = '') => ({ login: null, headers: { Authorization: `Bearer ${token}` } })

  test('un jeton se crée, sert, se renouvelle et se révoque', async () => {
    const token = await made('name=ged&expiration=2099-03-31')
    expect(Object.keys(token)).toEqual(['id', 'id_u', 'name', 'token', 'created_at', 'expired_at'])
    expect(token).toMatchObject({ id_u: hub.users.agent, name: 'ged', expired_at: '2099-03-31 00:00:00' })
    expect(token['token']).toMatch(/^[\w-]{43}$/u)
    expect((await api('GET', '/version', bearer(token['token']))).status).toBe(200)
    expect((await api('GET', '/utilisateur/token')).json).toEqual([
      {
        id: token['id'],
        id_u: hub.users.agent,
        name: 'ged',
        created_at: token['created_at'],
        expired_at: '2099-03-31 00:00:00',
        is_expired: false,
      },
    ])
    const renewed = await api('POST', `/utilisateur/token/${token['id']}/renew`, bearer(token['token']))
    expect(renewed).toMatchObject({ status: 201, json: { id: token['id'], name: 'ged' } })
    expect((await api('GET', '/version', bearer(token['token']))).status).toBe(401)
    const other = await api('DELETE', `/utilisateur/token/${token['id']}`, { login: 'voisin' })
    expect(other).toMatchObject({ status: 403, json: refused('Impossible de supprimer ce jeton') })
    const gone = await api('DELETE', `/utilisateur/token/${token['id']}`)
    expect(gone).toMatchObject({ status: 204, text: '' })
  })

  test.each([
    ['', 400, 'Le nom du token est obligatoire'],
    ['name=x&expiration=31/03/2099', 400, "La date d'expiration est fausse, format attendu : 2020-03-31"],
    ['name=x&expiration=2099-02-31', 400, "La date d'expiration est fausse, format attendu : 2020-03-31"],
    ['name=x&expiration=2020-03-31', 400, "La date d'expiration est antérieure à la date d'aujourd'hui"],
  ])('« %s » est refusé', async (body, status, message) => {
    expect(await api('POST', '/utilisateur/token', { body })).toMatchObject({ status, json: refused(message) })
  })

  test('un jeton inconnu ne se renouvelle pas, un numéro impossible est une erreur lisible', async () => {
    expect(await api('POST', '/utilisateur/token/999999/renew')).toMatchObject({
      status: 403,
      json: refused('Impossible de renouveller ce jeton'),
    })
    expect((await api('POST', '/utilisateur/token/abc/renew')).status).toBe(400)
    expect((await api('DELETE', '/utilisateur/token/abc')).status).toBe(400)
  })
})

test('un changement d’adresse s’écrit à la nouvelle adresse ; refusé, à celle du compte', async () => {
  await create('cmartin')
  const documents = `/entite/${hub.town}/document`
  await hub.hub.work({ pollInterval: 100, roundEvery: 500 })
  const decided = async (email: string, decision: string, message = '') => {
    const created = await api('POST', `${documents}?type=changement-email`)
    const path = `${documents}/${(created.json as { readonly id_d: string }).id_d}`
    await api('PATCH', path, {
      body: new URLSearchParams({ login: 'cmartin', email_demande: email, message }).toString(),
    })
    await api('POST', `${path}/action/orientation`)
    const left = relay.mails.length
    expect(await api('POST', `${path}/action/${decision}`)).toMatchObject({ status: 201, json: { result: true } })
    await vi.waitFor(() => expect(relay.mails).toHaveLength(left + 1), 20_000)
    const mail = relay.mails.at(-1)
    return [mail?.to, mail && textOf(mail)]
  }
  const refusal = await decided('c.martin@perso.example', 'refuser', 'Une adresse de la ville, s’il vous plaît.')
  expect(refusal).toEqual([['j@example.org'], expect.stringMatching(/est refusé[\s\S]*Une adresse de la ville/u)])
  const accepted = await decided('c.martin@ville.example', 'accepter')
  expect(accepted).toEqual([
    ['c.martin@ville.example'],
    expect.stringContaining('est désormais c.martin@ville.example'),
  ])
})
