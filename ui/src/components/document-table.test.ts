import UApp from '@nuxt/ui/components/App.vue'
import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { h, ref } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { DocumentSummary } from '../api/types.ts'
import { i18n } from '../locales/i18n.ts'
import DocumentTable from './DocumentTable.vue'

const document = (id: string, title: string): DocumentSummary => ({
  id,
  entityId: '1',
  flow: 'note',
  flowLabel: 'Note',
  title,
  state: { name: 'brouillon', label: 'Brouillon', kind: 'draft' },
  message: '',
  version: 1,
  createdAt: '2026-03-14T13:05:00Z',
  updatedAt: '2026-03-14T13:05:00Z',
  stateSince: '2026-03-14T13:05:00Z',
})

test('les documents se choisissent un par un, ou tous ceux de la liste, chaque case porte le titre du sien', async () => {
  const chosen = ref<readonly string[]>([])
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/:entityId/:documentId', name: 'document', component: { template: '<p />' } }],
  })
  const documents = [document('a', 'Voirie'), document('b', '')]
  const wrapper = mount(
    () =>
      h(UApp, () =>
        h(DocumentTable, {
          documents,
          busy: false,
          chosen: chosen.value,
          'onUpdate:chosen': (ids: readonly string[]) => (chosen.value = ids),
        }),
      ),
    { attachTo: window.document.body, global: { plugins: [i18n, router] } },
  )
  const box = (label: string) => wrapper.get(`input[aria-label="${label}"]`)
  await box('Choisir Voirie').setValue(true)
  expect(chosen.value).toEqual(['a'])
  await box('Choisir tous les documents affichés').setValue(true)
  expect(chosen.value).toEqual(['a', 'b'])
  await box('Choisir Sans titre').setValue(false)
  expect(chosen.value).toEqual(['a'])
  wrapper.unmount()
})
