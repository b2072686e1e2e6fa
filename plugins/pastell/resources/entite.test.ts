import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWholeHub, type WholeHub } from '#core/conformance'
import { clientOf } from '../testing.ts'

let hub: WholeHub
let api: ReturnType<typeof clientOf>
beforeAll(async () => {
  hub = await startWholeHub()
  api = clientOf(hub)
})
afterAll(() => hub[Symbol.asyncDispose]())

const refused = (message: string) => ({ status: 'error', 'error-message': message })
const admin = (body: string) => ({ login: 'admin', body })

describe('les entités de l’API de Pastell', () => {
  test('une entité se crée, se lit, se modifie et se supprime, avec ses identifiants en texte', async () => {
    const made = await api('POST', '/entite', admin('denomination=Commune de Test&siren=000000000&type=collectivite'))
    const { id_e: id } = made.json as { readonly id_e: string }
    const facts = {
      id_e: id,
      denomination: 'Commune de Test',
      siren: '000000000',
      type: 'collectivite',
      entite_mere: '0',
      entite_fille: [],
      centre_de_gestion: '0',
      is_active: true,
    }
    expect(made).toMatchObject({ status: 201, json: facts })
    expect(Object.keys(made.json as object)).toEqual(Object.keys(facts))
    const daughter = await api('POST', '/Entite', admin(`denomination=CCAS&type=collectivite&entite_mere=${id}`))
    const { id_e: daughterId } = daughter.json as { readonly id_e: string }
    expect((await api('GET', `/entite/${id}/`, { login: 'admin' })).json).toEqual({
      ...facts,
      entite_fille: [{ id_e: daughterId }],
    })
    const changed = await api('PATCH', `/entite/${id}`, admin('denomination=Commune Renommée'))
    expect(changed).toMatchObject({
      status: 200,
      json: { denomination: 'Commune Renommée', siren: '000000000', result: 'ok' },
    })
    expect(await api('DELETE', `/entite/${id}`, { login: 'admin' })).toMatchObject({
      status: 400,
      json: refused(`Suppression impossible : l'entité {id_e=${id}} possède des entités filles`),
    })
    expect((await api('DELETE', '/entite?denomination=CCAS', { login: 'admin' })).json).toEqual({ result: 'ok' })
    expect((await api('DELETE', `/entite/${id}`, { login: 'admin' })).json).toEqual({ result: 'ok' })
    expect(await api('GET', `/entite/${id}`, { login: 'admin' })).toMatchObject({
      status: 404,
      json: refused(`L'entité ${id} n'a pas été trouvée`),
    })
  })

  test('la liste ne montre que ce que l’on peut lire, même filtrée par activité', async () => {
    const names = async (path: string) =>
      ((await api('GET', path)).json as readonly { readonly denomination: string }[]).map(each => each.denomination)
    expect(await names('/entite')).toEqual(['Ville', 'Service des assemblées'])
    expect(await names('/entite/0')).toEqual(['Ville', 'Service des assemblées'])
    expect(await names('/entite?is_active=1')).toEqual(['Ville', 'Service des assemblées'])
    expect(await names('/entite?is_active=')).toEqual([])
    const [first] = (await api('GET', '/entite?is_active=true')).json as readonly object[]
    expect(first).toMatchObject({
      is_active: true,
      date_inscription: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:/u) as string,
    })
    expect(first).not.toHaveProperty('entite_fille')
  })

  test('chaque erreur a son texte', async () => {
    const post = async (body: string) => api('POST', '/entite', admin(body))
    const says = (message: string) => ({ status: 400, json: refused(message) })
    expect(await post('type=collectivite')).toMatchObject(says('Le nom (denomination) est obligatoire'))
    expect(await post('denomination=X&siren=123456789&type=collectivite')).toMatchObject(
      says('Le siren « 123456789 » ne semble pas valide'),
    )
    expect(await post('denomination=X&type=service')).toMatchObject(
      says("Le type d'entité doit être renseigné. Les valeurs possibles sont collectivite ou centre_de_gestion."),
    )
    expect(await post(`denomination=X&type=collectivite&centre_de_gestion=${hub.town}`)).toMatchObject(
      says(`L'entité ${hub.town} ne peut pas être utilisée comme centre de gestion`),
    )
    expect(await api('PATCH', '/entite/999999', admin('denomination=X'))).toMatchObject(
      says("L'identifiant de l'entite n'existe pas : {id_e=999999}"),
    )
    expect(await api('PATCH', '/entite', admin('denomination=Inconnue'))).toMatchObject(
      says("La dénomination de l'entité n'existe pas : {denomination=Inconnue}"),
    )
    expect(await api('DELETE', '/entite', { login: 'admin' })).toMatchObject(
      says("Aucun paramètre permettant la recherche de l'entité n'a été renseigné"),
    )
    expect(await api('POST', `/entite/${hub.town}/voler`, admin(''))).toMatchObject(says("Cette action n'existe pas."))
    expect((await post('denomination=X&type=collectivite&entite_mere=1abc')).status).toBe(403)
    expect((await api('GET', `/entite/${hub.town}abc`, { login: 'admin' })).status).toBe(404)
  })

  test('un centre de gestion se retient, une entité désactivée ne reçoit plus de fille', async () => {
    const { json: centre } = await api('POST', '/entite', admin('denomination=CDG&type=centre_de_gestion'))
    const { id_e: centreId } = centre as { readonly id_e: string }
    const linked = await api('PATCH', `/entite/${hub.service}`, admin(`centre_de_gestion=${centreId}`))
    expect(linked.json).toMatchObject({ centre_de_gestion: centreId, type: 'collectivite' })
    expect(await api('POST', `/entite/${centreId}/deactivate`, admin(''))).toMatchObject({
      status: 201,
      json: { is_active: false, type: 'centre_de_gestion' },
    })
    expect(
      await api('POST', '/entite', admin(`denomination=Fille&type=collectivite&entite_mere=${centreId}`)),
    ).toMatchObject({
      status: 400,
      json: refused(`L'entité id_e=${centreId} est désactivée, il n'est pas possible de créer une entité fille`),
    })
    expect((await api('POST', `/entite/${centreId}/activate`, admin(''))).json).toMatchObject({ is_active: true })
  })

  test('on n’écrit que là où l’on a le droit, sur l’entité et sur sa mère', async () => {
    const body = 'denomination=Prise&type=collectivite'
    const message = (id: string, right = 'entite:edition') =>
      refused(`Acces interdit id_e=${id}, droit=${right},id_u=${hub.users.agent}`)
    expect(await api('POST', '/entite', { body })).toMatchObject({ status: 403, json: message('0') })
    expect(await api('PATCH', `/entite/${hub.neighbour}`, { body })).toMatchObject({
      status: 403,
      json: message(hub.neighbour),
    })
    expect(await api('DELETE', `/entite/${hub.neighbour}`)).toMatchObject({ status: 403 })
    expect(await api('GET', `/entite/${hub.neighbour}`)).toMatchObject({
      status: 403,
      json: message(hub.neighbour, 'entite:lecture'),
    })
    const stolen = await api('PATCH', `/entite/${hub.service}`, { body: `entite_mere=${hub.neighbour}` })
    expect(stolen).toMatchObject({ status: 403, json: message(hub.neighbour) })
    const kept = await api('PATCH', `/entite/${hub.service}`, { body: 'denomination=Service des assemblées' })
    expect(kept).toMatchObject({ status: 200, json: { entite_mere: hub.town } })
  })

  test('la première version dit la même chose, en textes, avec 200', async () => {
    const read = await api('POST', '/api/detail-entite.php', { body: `id_e=${hub.town}` })
    expect(read).toMatchObject({
      status: 200,
      json: { id_e: hub.town, is_active: '1', entite_fille: [{ id_e: hub.service }] },
    })
    expect(await api('GET', '/api/modif-entite.php?id_e=999999&denomination=X', { login: 'admin' })).toMatchObject({
      status: 200,
      json: refused("L'identifiant de l'entite n'existe pas : {id_e=999999}"),
    })
    expect((await api('GET', '/api/list-entite.php')).json).toHaveLength(2)
  })
})
