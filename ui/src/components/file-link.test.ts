import { flushPromises, mount } from '@vue/test-utils'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { FakeServer } from '../../testing/fake/server.ts'
import { signedInHub } from '../../testing/hub.ts'
import { plugins } from '../../testing/plugins.ts'
import FileLink from './FileLink.vue'

let hub: FakeServer
beforeAll(async () => {
  hub = await signedInHub()
})
afterAll(() => hub.close())

const sha256 = 'a'.repeat(64)
const address = `/api/v3/entites/1/documents/d/fichiers/pes/${sha256}`
const linkTo = (type: string) =>
  mount(FileLink, {
    global: { plugins },
    props: { file: { name: 'flux.xml', type, size: 10, sha256 }, address },
  })

test('un fichier que quelqu’un sait montrer se voit dans un nouvel onglet', async () => {
  const link = linkTo('application/xml')
  await vi.waitFor(() => expect(link.findAll('a')).toHaveLength(2))
  const view = link.findAll('a')[1]
  expect(view?.text()).toBe('Voir le PES')
  expect(view?.attributes()).toMatchObject({
    href: `${address}/vues/pes`,
    target: '_blank',
    'aria-label': 'Voir le PES : flux.xml (nouvel onglet)',
  })
})

test('un autre n’offre que son téléchargement, et ne demande rien de plus au serveur', async () => {
  const link = linkTo('application/pdf')
  const fetch = vi.spyOn(globalThis, 'fetch')
  await flushPromises()
  expect(link.findAll('a')).toHaveLength(1)
  expect(fetch.mock.calls.filter(([asked]) => String(asked).includes('/vues'))).toEqual([])
})
