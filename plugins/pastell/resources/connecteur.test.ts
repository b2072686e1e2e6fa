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

const MASKED = 'MOT DE PASSE NON RECUPERABLE'
interface Shown {
  readonly id_ce: string
  readonly data: unknown
  readonly 'error-message': string
}
const of = (answer: { readonly json: unknown }) => answer.json as Shown
const at = (id = '', entity = hub.town) => `/entite/${entity}/connecteur${id === '' ? '' : `/${id}`}`
const create = async (body: string) => of(await api('POST', at(), { body })).id_ce
const webdav = (label: string) => create(`id_connecteur=depot-webdav&libelle=${label}`)

describe('une instance de connecteur', () => {
  test('se crée vide, puis se règle en plusieurs appels ; elle reste suspendue jusque-là', async () => {
    const made = await api('POST', at(), { body: 'id_connecteur=depot-webdav&libelle=GED' })
    expect(made.status).toBe(201)
    const id = of(made).id_ce
    expect(made.json).toMatchObject({
      id_e: hub.town,
      libelle: 'GED',
      id_connecteur: 'depot-webdav',
      type: 'GED',
      frequence_en_minute: '1',
      id_verrou: '',
      data: { depot_type_depot: 'dossier' },
      'action-possible': ['test'],
    })
    const { connectors } = hub.hub.cradle
    expect(await connectors.find(id)).toMatchObject({
      status: 'suspended',
      statusMessage: expect.stringMatching(/Adresse/u) as unknown,
    })
    await expect(connectors.resume({ entityId: hub.town, userId: hub.users.agent }, id)).rejects.toThrow()

    const body = 'depot_webdav_url=https://ged.exemple.fr/dav&depot_webdav_password=S3CRET&inconnu=1'
    const set = await api('PATCH', `${at(id)}/content`, { body })
    expect(set.status).toBe(200)
    expect(set.json).toMatchObject({
      result: 'ok',
      data: { depot_webdav_url: 'https://ged.exemple.fr/dav', depot_webdav_password: MASKED },
    })
    expect(set.text).not.toContain('S3CRET')
    expect(await connectors.find(id)).toMatchObject({ status: 'ok', statusMessage: '' })

    // What was read is sent back: the secret holds.
    await api('PATCH', `${at(id)}/content`, { body: `depot_webdav_password=${MASKED.replaceAll(' ', '+')}` })
    const { connections } = hub.hub.cradle
    expect((await connections.open(id)).context.config).toMatchObject({ motDePasse: 'S3CRET' })
  })

  test('change de libellé et de fréquence ; sans libellé, non', async () => {
    const id = await webdav('A')
    const changed = await api('PATCH', at(id), { body: 'libelle=Été à Nîmes&frequence_en_minute=15' })
    expect(changed.json).toMatchObject({ libelle: 'Été à Nîmes', frequence_en_minute: '15' })
    expect(await hub.hub.cradle.connectors.find(id)).toMatchObject({ polling: '15 min' })
    const refused = await api('PATCH', at(id), { body: 'frequence_en_minute=1' })
    expect([refused.status, of(refused)['error-message']]).toEqual([400, 'Le libellé est obligatoire.'])
  })

  test('reçoit des fichiers, qui ne ressortent pas quand ils sont secrets', async () => {
    const id = await webdav('B')
    const file = `${at(id)}/file/autorite`
    const sent = await api('POST', file, { body: 'file_name=ca.pem&file_content=PEM' })
    expect(sent.status).toBe(201)
    expect(of(sent).data).toMatchObject({ autorite: ['autorite'] })
    expect((await api('GET', file)).status).toBe(403)
    const patched = await api('PATCH', `${at(id)}/content`, { body: 'autorite=x' })
    expect([patched.status, of(patched)['error-message']]).toEqual([
      400,
      "Le champ 'autorite' n'est pas autorisé sur un PATCH",
    ])
    expect((await api('DELETE', file)).json).toEqual({ result: 'ok' })
    expect((await api('GET', file)).status).toBe(404)
    expect(of(await api('GET', `${at(id)}/file/zzz`))['error-message']).toBe('Type zzz introuvable')
  })

  test('propose des choix', async () => {
    const id = await webdav('C')
    const field = `${at(id)}/externalData/depot_existe_deja`
    const choices = Object.keys((await api('GET', field)).json as object)
    expect(choices.length).toBeGreaterThan(1)
    const other = choices.find(each => each !== 'erreur') ?? ''
    expect(of(await api('PATCH', field, { body: `depot_existe_deja=${other}` })).data).toMatchObject({
      depot_existe_deja: other,
    })
    expect((await api('PATCH', field, { body: 'depot_existe_deja=jamais' })).status).toBe(200)
  })

  test('s’essaie : un échec est une réponse', async () => {
    const id = await webdav('D')
    const tried = await api('POST', `${at(id)}/action/test-webdav`)
    expect([tried.status, tried.json]).toMatchObject([201, { result: false }])
    const unknown = await api('POST', `${at(id)}/action/zzz`)
    expect([unknown.status, of(unknown)['error-message']]).toEqual([404, "L'action zzz n'existe pas"])
  })

  test('n’est que de son entité, et 400 sinon', async () => {
    const id = await webdav('E')
    const elsewhere = of(await api('GET', at(id, hub.service)))['error-message']
    expect(elsewhere).toBe(`Le connecteur ${id} n'appartient pas à l'entité ${hub.service}`)
    expect(of(await api('GET', at('999999')))['error-message']).toBe("Ce connecteur n'existe pas.")
    const stranger = { login: 'voisin' }
    expect((await api('GET', at(id), stranger)).status).toBe(403)
    expect((await api('PATCH', at(id), { ...stranger, body: 'libelle=Volé' })).status).toBe(403)
    expect((await api('GET', '/connecteur/all', stranger)).status).toBe(403)
    expect(of(await api('GET', at(id)))).toMatchObject({ libelle: 'E' })
  })

  test('se liste, par libellé, puis s’efface', async () => {
    const id = await webdav('0-premier')
    const list = (await api('GET', at())).json as readonly Record<string, unknown>[]
    expect(list[0]).toEqual({
      id_ce: id,
      id_e: hub.town,
      libelle: '0-premier',
      id_connecteur: 'depot-webdav',
      type: 'GED',
      frequence_en_minute: '1',
      id_verrou: '',
    })
    const all = (await api('GET', '/connecteur/all/depot-webdav', { login: 'admin' })).json
    expect(all).toEqual(expect.arrayContaining([{ ...list[0], denomination: 'Ville' }]))
    expect((await api('DELETE', at(id))).json).toEqual({ result: 'ok' })
    expect((await api('GET', at(id))).status).toBe(400)
  })

  test('demande un type connu', async () => {
    const refused = await api('POST', at(), { body: 'id_connecteur=zzz&libelle=Z' })
    expect([refused.status, of(refused)['error-message']]).toEqual([400, 'Aucun connecteur du type « zzz »'])
  })

  test('se règle aussi par les scripts de la version 1', async () => {
    const body = `id_e=${hub.town}&id_connecteur=depot-webdav&libelle=V1`
    const made = await api('POST', '/api/create-connecteur-entite.php', { body })
    expect(made.status).toBe(200)
    const id = of(made).id_ce
    const content = `id_e=${hub.town}&id_ce=${id}&depot_webdav_login=moi`
    const set = await api('POST', '/api/edit-connecteur-entite.php', { body: content })
    expect(set.json).toMatchObject({ result: 'ok', data: { depot_webdav_login: 'moi' } })
  })
})

test('les statistiques se produisent par « get_stats » : les colonnes et le nom de fichier de Pastell', async () => {
  await api('POST', `/entite/${hub.town}/document?type=ls-commande`)
  const id = await create('id_connecteur=stats&libelle=Statistiques')
  await api('PATCH', `${at(id)}/content`, { body: 'type=ls-commande&include_children=1&start_date=2020-01-01' })
  const made = await api('POST', `${at(id)}/action/get_stats`)
  expect([made.status, (made.json as { readonly result: boolean }).result]).toEqual([201, true])
  const [address = ''] = /\/api\/v3\/\S+\d/u.exec((made.json as { readonly last_message: string }).last_message) ?? []
  const { headers, text } = await api('GET', address)
  expect(headers['content-disposition']).toContain(`${hub.town}_ls-commande_2020-01-01-fin.csv`)
  expect(text.split('\r\n')).toEqual([
    'id_e,Entité,Nombre,Taille en octet,Taille arrondie,État,État label',
    `${hub.town},Ville,1,0,0 octets,brouillon,Brouillon`,
    '',
  ])
})
