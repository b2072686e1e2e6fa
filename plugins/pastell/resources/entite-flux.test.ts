import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWholeHub, type WholeHub } from '#core/conformance'
import { clientOf } from '../testing.ts'

let hub: WholeHub
let api: ReturnType<typeof clientOf>
let parapheur: string
beforeAll(async () => {
  hub = await startWholeHub()
  api = clientOf(hub)
  const body = 'id_connecteur=iParapheur&libelle=Parapheur'
  parapheur = ((await api('POST', `/entite/${hub.town}/connecteur`, { body })).json as { id_ce: string }).id_ce
})
afterAll(() => hub[Symbol.asyncDispose]())

const message = (answer: { readonly json: unknown }) =>
  (answer.json as { readonly 'error-message': string })['error-message']
const flux = (rest = '') => `/entite/${hub.town}/flux${rest}`
const associate = (type: string, body = 'type=signature') =>
  api('POST', flux(`/${type}/connecteur/${parapheur}`), { body })

test('une association se fait, se lit, bloque la suppression du connecteur et se retire', async () => {
  const made = await associate('ls-actes')
  expect(made).toMatchObject({ status: 201, json: { id_fe: expect.stringMatching(/^\d+$/u) as unknown } })
  const { id_fe } = made.json as { readonly id_fe: string }
  const row = { id_fe, id_e: hub.town, flux: 'ls-actes', id_ce: parapheur, type: 'signature', num_same_type: 0 }
  expect((await api('GET', flux())).json).toEqual([row])
  expect((await api('GET', flux('?flux=ls-actes&type=signature'))).json).toEqual([row])
  expect((await api('GET', flux('?type=SAE'))).json).toEqual([])
  expect((await associate('ls-actes')).json).toEqual({ id_fe })

  const kept = await api('DELETE', `/entite/${hub.town}/connecteur/${parapheur}`)
  expect([kept.status, message(kept)]).toEqual([400, 'Ce connecteur est utilisé par des flux :  ls-actes'])

  const elsewhere = await api('DELETE', `/entite/${hub.neighbour}/flux?id_fe=${id_fe}`, { login: 'voisin' })
  expect([elsewhere.status, message(elsewhere)]).toEqual([400, `Le connecteur-flux n'existe pas : {id_fe=${id_fe}}`])
  const seen = await api('DELETE', `/entite/${hub.neighbour}/flux?id_fe=${id_fe}`, { login: 'admin' })
  expect(message(seen)).toBe(
    `Le connecteur-flux n'existe pas sur l'entité spécifié : {id_fe=${id_fe}, id_e=${hub.neighbour}}`,
  )
  expect((await api('DELETE', flux(`/x?id_fe=${id_fe}`))).json).toEqual({ result: 'ok' })
  expect((await api('GET', flux())).json).toEqual([])
})

test('le mauvais type, un flux inconnu et un rang de trop sont dits', async () => {
  const wrong = await associate('ls-actes', 'type=TdT')
  expect([wrong.status, message(wrong)]).toEqual([
    400,
    "Le connecteur n'est pas du bon type :  signature présenté, TdT requis",
  ])
  expect(message(await associate('zzz'))).toBe("Le type de dossier « zzz » n'existe pas.")
  expect(message(await associate('ls-actes', 'type=signature&num_same_type=9'))).toBe(
    "Le connecteur de type signature n'existe pas pour le flux ls-actes.",
  )
})

test('l’action du connecteur associé : un échec est un 400, et sans connecteur aussi', async () => {
  const act = (action: string) => api('POST', flux('/ls-actes/action'), { body: `type=signature&action=${action}` })
  expect(message(await act('test-iparapheur'))).toBe(
    "Le connecteur de type signature n'existe pas pour le flux ls-actes.",
  )
  await associate('ls-actes')
  expect((await act('test-iparapheur')).status).toBe(400)
  expect(message(await act('zzz'))).toBe("L'action zzz n'existe pas.")
})

test('il faut des droits sur l’entité', async () => {
  const body = 'type=signature'
  const path = flux(`/ls-actes/connecteur/${parapheur}`)
  expect((await api('POST', path, { login: 'voisin', body })).status).toBe(403)
  expect((await api('GET', flux(), { login: 'voisin' })).status).toBe(403)
})

test('les réglages d’un type de dossier ont la famille que Pastell leur donne', async () => {
  const connectors = `/entite/${hub.neighbour}/connecteur`
  const login = 'voisin'
  const body = 'libelle=Structure&id_connecteur=param-chorus-fournisseur'
  const { id_ce, type } = (await api('POST', connectors, { login, body })).json as Record<string, string>
  expect(type).toBe('ParamChorusFournisseur')
  const at = `/entite/${hub.neighbour}/flux`
  const path = `${at}/facture-chorus-fournisseur/connecteur/${id_ce}`
  expect((await api('POST', path, { login, body: 'type=ParamChorusFournisseur' })).status).toBe(201)
  expect((await api('GET', at, { login })).json).toMatchObject([{ id_ce, type: 'ParamChorusFournisseur' }])
})
