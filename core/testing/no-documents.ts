import type { News } from '../authoring/connectors.ts'
import type { Desk, Reports } from '../authoring/desk.ts'

/** An entity without any document: what most connectors see of documents. */
export const noDocuments = (): Desk => ({
  entityId: '1',
  find: async () => ({ items: [], next: undefined, examined: 0 }),
  count: async () => ({ count: 0, exact: true }),
  tally: async () => [],
  verify: async () => undefined,
  change: async () => ({ is: 'refused', reason: 'Il n’y a pas de document ici.' }),
  act: async () => ({ is: 'refused', reason: 'Il n’y a pas de document ici.' }),
  rehearse: async () => ({ is: 'refused', reason: 'Il n’y a pas de document ici.' }),
})

/** Reports that nobody downloads. */
export const noReports = (): Reports => ({ keep: async ({ name }) => `/rapports/${name}` })

/** Nothing was delivered. */
export const noNews = (): News => ({ delivered: async () => new Set(), tell: async () => 'unknown' })
