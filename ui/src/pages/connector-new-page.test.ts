import UApp from '@nuxt/ui/components/App.vue'
import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { h } from 'vue'
import type { FakeServer } from '../../testing/fake/server.ts'
import { signedInHub } from '../../testing/hub.ts'
import { plugins } from '../../testing/plugins.ts'
import ConnectorNewPage from './ConnectorNewPage.vue'

let hub: FakeServer
beforeEach(async () => {
  hub = await signedInHub()
})
afterEach(() => hub.close())

test('un connecteur que la plateforme interdit ne se propose pas', async () => {
  const wrapper = mount(() => h(UApp, () => h(ConnectorNewPage, { entityId: hub.town.instances[0]?.entityId ?? '' })), {
    attachTo: document.body,
    // Its links lead to pages that this test has not.
    global: { plugins, stubs: { ConnectorTrail: true } },
  })
  await expect.poll(() => document.querySelector('#type')).not.toBeNull()
  document.querySelector<HTMLElement>('#type')?.click()
  const offered = () => [...document.querySelectorAll('[role=option]')].map(each => each.textContent?.trim())
  await expect.poll(offered).toEqual(['i-Parapheur 5', 'S²LOW'])
  wrapper.unmount()
})
