import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ref } from 'vue'
import type { FakeServer } from '../../testing/fake/server.ts'
import { signedInHub, within } from '../../testing/hub.ts'
import { useDocument } from './use-document.ts'
import { useDocumentList } from './use-document-list.ts'
import { useJournal } from './use-journal.ts'

let hub: FakeServer
beforeEach(async () => {
  hub = await signedInHub()
})
afterEach(() => hub.close())

const draftOf = (id: string) => {
  const document = hub.town.documents.find(each => each.id === id)
  if (!document) throw new Error(`no document ${id}`)
  return document
}

test('un document avance à l’écran sans recharger, et encore après une coupure du flux', async () => {
  const { result, app } = within(() => useDocument(ref('1'), ref('d57')))
  await vi.waitFor(() => expect(result.document.value?.state.name).toBe('brouillon'))
  hub.changeElsewhere('d57')
  await vi.waitFor(() => expect(result.document.value?.version).toBe(2))
  hub.cutEvents()
  await vi.waitFor(() => expect(result.down.value).toBe(true))
  // Moves while nobody listens: the screen catches up when the stream is back.
  hub.changeElsewhere('d57')
  await vi.waitFor(() => expect(result.document.value?.version).toBe(3), { timeout: 4_000 })
  expect(result.down.value).toBe(false)
  app.unmount()
})

test('une action sur un document que quelqu’un d’autre a changé est refusée, et l’écran se met à jour', async () => {
  const { result, app } = within(() => useDocument(ref('1'), ref('d57')))
  await vi.waitFor(() => expect(result.document.value?.version).toBe(1))
  const { version } = draftOf('d57')
  draftOf('d57').version = version + 1
  const outcome = await result.perform('envoyer')
  expect(outcome).toMatchObject({ is: 'refused', error: { code: 'document_deja_modifie' } })
  expect(result.document.value?.version).toBe(version + 1)
  app.unmount()
})

test('une action qui ouvre une page en donne l’adresse, pour cette fois', async () => {
  const { result, app } = within(() => useDocument(ref('1'), ref('d57')))
  await vi.waitFor(() => expect(result.document.value?.version).toBe(1))
  const shown = result.document.value
  if (shown)
    result.document.value = {
      ...shown,
      actions: [{ name: 'tdt.confirmer', label: 'Confirmer', enabled: true, kind: 'primary', opens: true }],
    }
  expect(await result.perform('tdt.confirmer')).toEqual({ is: 'leaving', url: 'https://tdt.test/confirmer?id=d57' })
  app.unmount()
})

test('la liste se prolonge sans doublon et suit ce qui bouge', async () => {
  const { result, app } = within(() => useDocumentList(ref('1'), ref({})))
  await vi.waitFor(() => expect(result.items.value).toHaveLength(20))
  await result.more()
  expect(new Set(result.items.value.map(({ id }) => id)).size).toBe(40)
  // One on the first page, one beyond it, and one that is deleted.
  hub.changeElsewhere('d57')
  hub.changeElsewhere('d30')
  const gone = draftOf('d31')
  hub.town.documents = hub.town.documents.filter(document => document !== gone)
  hub.town.tell(gone)
  await vi.waitFor(() => {
    const version = (id: string) => result.items.value.find(document => document.id === id)?.version
    expect([version('d57'), version('d30'), version('d31')]).toEqual([2, draftOf('d30').version, undefined])
  })
  expect(result.items.value.length).toBeGreaterThanOrEqual(39)
  app.unmount()
})

test('le journal se lit jusqu’au bout, et une ligne nouvelle se place en tête sans perdre les anciennes', async () => {
  const document = draftOf('d59')
  for (let line = 0; line < 6; line += 1) hub.changeElsewhere('d59')
  const version = ref(document.version)
  const { result, app } = within(() =>
    useJournal(
      () => '1',
      () => 'd59',
      () => version.value,
    ),
  )
  const seqs = () => result.entries.value.map(({ seq }) => seq)
  await vi.waitFor(() => expect(seqs()).toEqual([12, 11, 10, 9, 8]))
  await result.more()
  expect(seqs()).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3])
  hub.changeElsewhere('d59')
  version.value += 1
  await vi.waitFor(() => expect(seqs()).toEqual([13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3]))
  await result.more()
  expect(seqs().at(-1)).toBe(1)
  expect(result.next.value).toBeNull()
  app.unmount()
})
