import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWholeHub, type WholeHub } from '#core/conformance'
import { clientOf } from '../testing.ts'

let hub: WholeHub
let api: ReturnType<typeof clientOf>
let id: string
beforeAll(async () => {
  hub = await startWholeHub()
  api = clientOf(hub)
  const body = 'id_connecteur=iParapheur&libelle=Parapheur'
  id = ((await api('POST', `/entite/${hub.town}/connecteur`, { body })).json as { id_ce: string }).id_ce
})
afterAll(() => hub[Symbol.asyncDispose]())

const login = 'admin'
const path = (which = '') => `/frequenceConnecteur${which}`

test('une fréquence est le rythme d’un connecteur : elle se crée, se lit, se remplace et s’efface', async () => {
  expect((await api('GET', path(), { login })).json).toEqual([])
  const body = encodeURI(`id_ce=${id}&expression=30s X 10\n5`)
  const made = await api('POST', path(), { login, body })
  const item = {
    id_cf: id,
    type_connecteur: 'entite',
    famille_connecteur: 'signature',
    id_connecteur: 'iParapheur',
    id_ce: id,
    action_type: '',
    type_document: '',
    action: '',
    expression: '30s X 10\n5',
    id_verrou: '',
    libelle: 'Parapheur',
    denomination: 'Ville',
  }
  expect(made).toMatchObject({ status: 201, json: item })
  expect(await hub.hub.cradle.connectors.find(id)).toMatchObject({ polling: '30 s x 10, 5 min' })
  expect((await api('GET', path(), { login })).json).toEqual([item])
  const replaced = await api('PATCH', path(`/${id}`), { login, body: `id_ce=${id}&expression=60` })
  expect(replaced.json).toEqual({ ...item, expression: '60' })
  expect((await api('DELETE', path(`/${id}`), { login })).json).toEqual({ result: 'ok' })
  expect((await api('GET', path(`/${id}`), { login })).status).toBe(404)
})

test('ce que le rythme d’un connecteur ne sait pas dire est refusé avec des mots', async () => {
  const refused = async (body: string) => {
    const { status, json } = await api('POST', path(), { login, body: encodeURI(body) })
    return { status, message: (json as { readonly 'error-message': string })['error-message'] }
  }
  expect(await refused('famille_connecteur=SAE&expression=10')).toMatchObject({
    status: 400,
    message: expect.stringMatching(/id_ce/u) as unknown,
  })
  expect(await refused(`id_ce=${id}&expression=(0 3 * * *)`)).toMatchObject({
    status: 400,
    message: expect.stringMatching(/n'est pas repris/u) as unknown,
  })
  expect(await refused(`id_ce=${id}&action_type=document&expression=10`)).toMatchObject({ status: 400 })
})

test('il faut le droit sur le système', async () => {
  expect((await api('GET', path())).status).toBe(403)
  expect((await api('DELETE', path(`/${id}`))).status).toBe(403)
})
