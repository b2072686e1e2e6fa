import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { App } from 'vue'
import type { FakeServer } from '../../testing/fake/server.ts'
import { api } from '../api/client.ts'
import { signedInHub, within } from '../../testing/hub.ts'
import { useDraft, type Draft } from './use-draft.ts'

let hub: FakeServer
let draft: Draft
let app: App

beforeEach(async () => {
  hub = await signedInHub()
  const { id } = await api.documents.create('1', 'ls-actes')
  const mounted = within(() => useDraft('1', id))
  draft = mounted.result
  app = mounted.app
  await draft.load()
})
afterEach(async () => {
  app.unmount()
  await hub.close()
})

const stored = () => hub.town.documents.find(document => document.id === draft.base.value?.id)
const pdf = (name: string) => new File([`%PDF-1.4 ${name}`], name, { type: 'application/pdf' })
const fieldNamed = (name: string) => {
  const field = draft.base.value?.pages.flatMap(page => page.fields).find(each => each.name === name)
  if (!field) throw new Error(`no field ${name}`)
  return field
}

test('cocher une case fait paraître la page de son étape, sans aller au serveur', () => {
  expect(draft.pages.value.map(page => page.title)).toEqual(['Informations', 'Cheminement'])
  draft.set('envoi_signature', true)
  expect(draft.pages.value.map(page => page.title)).toEqual(['Informations', 'Cheminement', 'Parapheur'])
  draft.set('envoi_signature', false)
  expect(draft.pages.value.map(page => page.title)).toEqual(['Informations', 'Cheminement'])
})

test('seul ce qui a changé part au serveur, et un champ vidé est effacé', async () => {
  draft.set('objet', 'Convention')
  expect(draft.dirty.value).toBe(true)
  expect(await draft.save()).toBe('saved')
  expect(draft.dirty.value).toBe(false)
  draft.set('objet', '')
  await draft.save()
  expect(stored()?.values).toEqual({ objet: null })
})

test('revenir à la valeur enregistrée, c’est n’avoir rien modifié', async () => {
  draft.set('objet', 'Convention')
  await draft.save()
  draft.set('objet', 'Autre')
  draft.set('objet', 'Convention')
  expect(draft.dirty.value).toBe(false)
})

test('le refus du serveur se lit au champ, et disparaît quand on le corrige', async () => {
  draft.set('tdt.numero', 'X1')
  expect(await draft.save()).toBe('refused')
  expect(draft.errors.value['tdt.numero']).toContain('déjà pris')
  expect(draft.failure.value).toBeUndefined()
  draft.set('tdt.numero', 'DEL_1')
  expect(draft.errors.value).toEqual({})
})

test("quelqu'un d'autre a enregistré : rien n'est écrasé, la page propose de recharger", async () => {
  draft.set('objet', 'Le mien')
  hub.changeElsewhere(draft.base.value?.id ?? '')
  expect(await draft.save()).toBe('stale')
  expect(draft.stale.value).toBe(true)
  expect(stored()?.values['objet']).toBeUndefined()
})

test('reprendre sur la dernière version garde la saisie, et nomme ce que les deux ont modifié', async () => {
  draft.set('objet', 'Le mien')
  draft.set('envoi_signature', true)
  const other = await api.documents.get('1', draft.base.value?.id ?? '')
  await api.documents.save('1', other.id, other.version, { objet: "Celui de l'autre" })
  expect(await draft.save()).toBe('stale')
  expect(await draft.catchUp()).toEqual(['Objet'])
  expect(draft.stale.value).toBe(false)
  expect(draft.values.value).toMatchObject({ objet: 'Le mien', envoi_signature: true })
  expect(await draft.save()).toBe('saved')
  expect(stored()?.values['objet']).toBe('Le mien')
})

test('un envoi incomplet ne part pas', async () => {
  expect(await draft.send()).toBe('refused')
  expect(Object.keys(draft.errors.value)).toEqual(['objet', 'arrete'])
  expect(stored()?.trail).toHaveLength(1)
})

test('plusieurs fichiers déposés pendant une saisie arrivent tous, dans l’ordre, et la saisie reste', async () => {
  draft.set('objet', 'En cours de frappe')
  draft.uploads.add(fieldNamed('annexes'), [pdf('un.pdf'), pdf('deux.pdf'), pdf('trois.pdf')])
  draft.uploads.add(fieldNamed('arrete'), [pdf('acte.pdf')])
  expect(await draft.send()).toBe('uploading')
  await vi.waitFor(() => expect(draft.uploading.value).toBe(false))
  const names = (value: unknown) => (value as { name: string }[]).map(({ name }) => name)
  expect(names(draft.values.value['annexes'])).toEqual(['un.pdf', 'deux.pdf', 'trois.pdf'])
  expect(draft.values.value['objet']).toBe('En cours de frappe')
  expect(await draft.save()).toBe('saved')
})

test('enregistrer pendant qu’un fichier part n’oppose pas l’agent à lui-même', async () => {
  draft.set('objet', 'Convention')
  draft.uploads.add(fieldNamed('arrete'), [pdf('acte.pdf')])
  expect(await draft.save()).toBe('saved')
  await vi.waitFor(() => expect(draft.uploading.value).toBe(false))
  expect(draft.uploads.items.value).toEqual([])
  expect(stored()?.values).toMatchObject({ objet: 'Convention', arrete: { name: 'acte.pdf' } })
})

test('un fichier refusé le dit à son champ, les autres passent', async () => {
  draft.uploads.add(fieldNamed('annexes'), [new File(['texte'], 'note.pdf'), pdf('bon.pdf')])
  await vi.waitFor(() => expect(draft.uploading.value).toBe(false))
  expect(draft.uploads.items.value).toMatchObject([{ name: 'note.pdf', status: 'failed' }])
  expect(draft.uploads.items.value[0]?.message).toContain("n'est pas un PDF")
  expect(draft.values.value['annexes']).toHaveLength(1)
})

test('un document complet part', async () => {
  draft.set('objet', 'Convention')
  draft.uploads.add(fieldNamed('arrete'), [pdf('acte.pdf')])
  await vi.waitFor(() => expect(draft.uploading.value).toBe(false))
  expect(await draft.send()).toBe('saved')
  expect(stored()?.trail.at(-1)?.state).toBe('termine')
})

test('une liste qui ne désigne plus personne est dite à son champ : le document est enregistré et ne part pas', async () => {
  draft.set('objet', 'Convocation')
  draft.set('envoi_mailsec', true)
  draft.uploads.add(fieldNamed('arrete'), [pdf('acte.pdf')])
  await vi.waitFor(() => expect(draft.uploading.value).toBe(false))
  draft.set('mailsec.to', 'presse@exemple.fr, groupe: "Élus"')
  expect(await draft.send()).toBe('refused')
  expect(draft.errors.value).toEqual({ 'mailsec.to': expect.stringContaining("n'a aucun membre") as string })
  expect([draft.dirty.value, stored()?.trail.length]).toEqual([false, 1])
  draft.set('mailsec.to', 'presse@exemple.fr')
  expect(await draft.send()).toBe('saved')
})
