import UApp from '@nuxt/ui/components/App.vue'
import { mount } from '@vue/test-utils'
import axe from 'axe-core'
import { expect, test } from 'vitest'
import { h } from 'vue'
import { signedInHub } from '../../testing/hub.ts'
import { plugins } from '../../testing/plugins.ts'
import ConnectorReports from './ConnectorReports.vue'

test('les rapports d’un connecteur se téléchargent depuis sa page, et rien n’est montré tant qu’il n’y en a pas', async () => {
  const hub = await signedInHub()
  const [instance] = hub.town.instances
  if (!instance) throw new Error('no connector')
  const show = () =>
    mount(() => h(UApp, () => h(ConnectorReports, { instance, moment: 0 })), {
      attachTo: document.body,
      global: { plugins },
    })
  show().unmount()
  expect(document.querySelector('section')).toBeNull()

  hub.town.reports = [{ id: '7', name: 'purge.csv', at: '2026-03-14T01:00:00Z', size: 120 }]
  const wrapper = show()
  await expect.poll(() => document.querySelector('section li')?.textContent).toContain('purge.csv, le 14 mars 2026')
  expect(document.querySelector('section a')?.getAttribute('href')).toMatch(/\/connecteurs\/[^/]+\/rapports\/7$/u)
  const { violations } = await axe.run(wrapper.element as Element, { rules: { 'color-contrast': { enabled: false } } })
  expect(violations.map(each => each.id)).toEqual([])
  wrapper.unmount()
  await hub.close()
})
