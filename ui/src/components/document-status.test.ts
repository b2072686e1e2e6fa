import { mount } from '@vue/test-utils'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defineComponent, h } from 'vue'
import type { FakeServer } from '../../testing/fake/server.ts'
import { signedInHub } from '../../testing/hub.ts'
import { plugins } from '../../testing/plugins.ts'
import type { DocumentView } from '../api/types.ts'
import { provideEntity } from '../composables/use-entity.ts'
import DocumentStatus from './DocumentStatus.vue'

let hub: FakeServer
beforeAll(async () => {
  hub = await signedInHub()
})
afterAll(() => hub.close())

const HELP = 'La GED a refusé. Faites corriger le connecteur, puis « Réessayer : Déposer en GED ».'
const stopped: DocumentView = {
  id: 'd',
  entityId: '1',
  flow: 'note',
  flowLabel: 'Note',
  title: 'Voirie',
  state: { name: 'ged.erreur', label: 'Dépôt en GED refusé', kind: 'trouble', help: HELP },
  message: 'Il n’y a plus de place.',
  version: 1,
  createdAt: '2026-03-14T13:05:00Z',
  updatedAt: '2026-03-14T13:05:00Z',
  stateSince: '2026-03-14T13:05:00Z',
  values: {},
  secretsSet: [],
  pages: [],
  route: [],
  actions: [],
  problems: [],
  inFlight: false,
  nextTry: null,
  waitsForConnector: false,
}

const shown = (document: DocumentView) => {
  const page = defineComponent(() => {
    provideEntity(() => '1')
    return () => h(DocumentStatus, { document })
  })
  return mount(page, { global: { plugins } })
}

test('un document arrêté dit le motif du jour, puis ce qu’il faut faire, dans la même alerte', () => {
  const text = shown(stopped).get('[data-slot=description]').text()
  expect(text.indexOf('plus de place')).toBeGreaterThanOrEqual(0)
  expect(text.indexOf(HELP)).toBeGreaterThan(text.indexOf('plus de place'))
})

test('un document qui attend une personne sans être en faute dit quoi faire, sans alerte', () => {
  const page = shown({ ...stopped, state: { ...stopped.state, kind: 'running' } })
  expect(page.find('[data-slot=description]').exists()).toBe(false)
  expect(page.text()).toContain(HELP)
})

test('un document qui attend son connecteur ne dit que cela : rien n’est à faire sur lui', () => {
  expect(shown({ ...stopped, waitsForConnector: true }).text()).not.toContain(HELP)
})
