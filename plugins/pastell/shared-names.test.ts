import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CompiledFlow } from '#core'
import { startWholeHub, type WholeHub } from '#core/conformance'
import { clientOf } from './testing.ts'
import { dataOf } from './documents-detail.ts'
import { heldUnder, namesOf } from './names.ts'

let hub: WholeHub
let api: ReturnType<typeof clientOf>
let flow: CompiledFlow
beforeAll(async () => {
  hub = await startWholeHub()
  api = clientOf(hub)
  const found = hub.hub.cradle.flows.current('actes-generique')
  if (!found) throw new Error('actes-generique is not installed')
  flow = found
})
afterAll(() => hub[Symbol.asyncDispose]())

const given = { sha256: 'a', name: 'donne.xml', size: 1, type: 'application/xml' }
const received = { sha256: 'b', name: 'recu.xml', size: 1, type: 'application/xml' }

const create = async (): Promise<{ readonly path: string; readonly id: string }> => {
  const created = await api('POST', `/entite/${hub.town}/document?type=actes-generique`)
  const { id_d: id } = created.json as { readonly id_d: string }
  return { path: `/entite/${hub.town}/document/${id}`, id }
}

test('ce qu’un logiciel envoie sous un nom commun va au champ donné à la main, et se relit sous ce nom', async () => {
  const { path, id } = await create()
  const sent = await api('POST', `${path}/file/aractes`, {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: `file_name=ar.xml&file_content=${encodeURIComponent('<ar/>')}`,
  })
  expect(sent.status).toBe(201)
  const document = await hub.hub.cradle.store.load(hub.town, id)
  expect(document?.data['arPrefecture']).toMatchObject({ name: 'ar.xml' })
  expect(document?.data['tdtActes.ar']).toBeUndefined()
  const read = await api('GET', `${path}/file/aractes?receive=true`)
  expect(read.json).toEqual({ file_name: 'ar.xml', file_content: '<ar/>' })
})

test('ce que l’étape a reçu passe avant ce qui avait été donné', async () => {
  const { id } = await create()
  const document = await hub.hub.cradle.store.load(hub.town, id)
  if (!document) throw new Error('no document')
  const shown = (data: Readonly<Record<string, unknown>>) => dataOf(flow, { ...document, data }).get('aractes')
  expect(shown({})).toBeUndefined()
  expect(shown({ arPrefecture: given })).toEqual(['donne.xml'])
  expect(shown({ arPrefecture: given, 'tdtActes.ar': received })).toEqual(['recu.xml'])
})

test('« signature » est la signature détachée quand il y en a une, sinon le document signé', () => {
  const named = namesOf(flow).field('signature')
  if (!named) throw new Error('no « signature »')
  const held = (...names: readonly string[]) =>
    heldUnder(named, Object.fromEntries(names.map(name => [name, received]))).name
  expect(named.field.name).toBe('fichierSigne')
  expect(held('signature.signe')).toBe('signature.signe')
  expect(held('signature.signe', 'signature.signatureDetachee')).toBe('signature.signatureDetachee')
})

test('l’acte déposé reste sous « arrete » : seul un flux du studio y montre le document signé', async () => {
  const { id } = await create()
  const document = await hub.hub.cradle.store.load(hub.town, id)
  if (!document) throw new Error('no document')
  const data = dataOf(flow, { ...document, data: { arrete: given, 'signature.signe': received } })
  expect([data.get('arrete'), data.get('signature'), data.get('is_pades')]).toEqual([['donne.xml'], ['recu.xml'], '1'])
})

test('la page des informations complémentaires s’ouvre quand l’acte n’est pas télétransmis d’ici', async () => {
  const { id } = await create()
  const document = await hub.hub.cradle.store.load(hub.town, id)
  if (!document) throw new Error('no document')
  const shown = (data: Readonly<Record<string, unknown>>) =>
    dataOf(flow, { ...document, data }).get('has_information_complementaire')
  expect(shown({ envoiTdt: false, envoiSae: true })).toBe('1')
  expect(shown({ envoiTdt: true, envoiSae: true })).toBeUndefined()
  expect(shown({})).toBeUndefined()
})
