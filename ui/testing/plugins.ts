import { createMemoryHistory, createRouter } from 'vue-router'
import { i18n } from '../src/locales/i18n.ts'

/** What every component of the application finds around it: the texts, and a router for its links. */
export const plugins = [
  i18n,
  createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/:rest(.*)*', component: { render: () => null } }],
  }),
]
