import UApp from '@nuxt/ui/components/App.vue'
import { mount } from '@vue/test-utils'
import axe from 'axe-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { h } from 'vue'
import type { FakeServer } from '../../testing/fake/server.ts'
import { signedInHub } from '../../testing/hub.ts'
import { plugins } from '../../testing/plugins.ts'
import type { InstanceView } from '../api/types.ts'
import ConnectorRecordings from './ConnectorRecordings.vue'

let hub: FakeServer
let instance: InstanceView
beforeEach(async () => {
  hub = await signedInHub()
  const [first] = hub.town.instances
  if (!first) throw new Error('no connector')
  instance = first
})
afterEach(() => hub.close())

const show = () => {
  const wrapper = mount(() => h(UApp, () => h(ConnectorRecordings, { instance, moment: 0 })), {
    attachTo: document.body,
    global: { plugins },
  })
  const named = (name: RegExp) =>
    [...document.querySelectorAll<HTMLElement>('button, a')].find(each =>
      name.test(each.getAttribute('aria-label') ?? each.textContent ?? ''),
    )
  return { wrapper, named }
}

test('le prochain échange se demande, se télécharge une fois enregistré, et s’efface', async () => {
  const { wrapper, named } = show()
  expect(document.querySelector('section li')).toBeNull()
  named(/^\s*Enregistrer le prochain échange/u)?.click()
  await expect.poll(() => document.querySelector('section li')?.textContent).toContain('En attente du prochain appel')
  hub.town.recordings = hub.town.recordings.map(each => ({
    ...each,
    status: 'ready',
    occasion: 'Test de la connexion',
    takenAt: '2026-03-14T13:05:00Z',
  }))
  named(/Actualiser la liste/u)?.click()
  await expect
    .poll(() => document.querySelector('section li')?.textContent)
    .toContain('Test de la connexion, le 14 mars 2026')
  const link = named(/^Télécharger l’échange : Test de la connexion/u)
  expect(link?.getAttribute('href')).toMatch(/\/api\/v3\/entites\/[^/]+\/connecteurs\/[^/]+\/enregistrements\/1$/u)
  const { violations } = await axe.run(wrapper.element as Element, { rules: { 'color-contrast': { enabled: false } } })
  expect(violations.map(each => `${each.id} : ${each.nodes.map(node => node.html).join()}`)).toEqual([])
  named(/^Effacer : Test de la connexion/u)?.click()
  await expect.poll(() => document.querySelector('section li')).toBeNull()
  wrapper.unmount()
})
