import {
  ConfigurationError,
  parapheurFailure,
  parapheurSession,
  type Clock,
  type Http,
  type HttpResponse,
  type ParapheurNamed,
} from '#core'
import type { RecupSettings } from './fields.ts'

const LONG = 600_000
const segment = encodeURIComponent

/** Where finished folders wait. */
export type Shelf = 'desk' | 'bin'

/** The part of the API of the i-Parapheur 5 that gives finished folders. The desk of the settings is in every address that needs one. */
export const recupApi = (http: Http, clock: Clock, settings: RecupSettings) => {
  const { tenant, desk, autorite: authority } = settings
  const { api, call, pages, list } = parapheurSession(http, clock, { ...settings, authority })
  const inTenant = `${api}/tenant/${segment(tenant)}`
  const inDesk = (): string => {
    if (desk !== undefined) return `${inTenant}/desk/${segment(desk)}`
    throw new ConfigurationError(
      'Les dossiers terminés sont ceux d’un bureau : indiquez son identifiant dans les réglages du connecteur (« Tester » en donne la liste).',
    )
  }
  const bin = `${api}/admin/tenant/${segment(tenant)}/trash-bin`
  const pathOf = (shelf: Shelf, id: string) => `${shelf === 'bin' ? bin : `${inDesk()}/folder`}/${segment(id)}`

  return {
    tenants: () => list(`${api}/tenant`),
    desks: () => list(`${inTenant}/desk`),

    /** Folders that wait, oldest first, page after page. */
    async *waiting(shelf: Shelf): AsyncGenerator<ParapheurNamed> {
      const path = shelf === 'bin' ? bin : `${inDesk()}/FINISHED`
      for await (const { content } of pages<ParapheurNamed>(path, { sort: 'CREATION_DATE,ASC' })) yield* content
    },

    /** @returns `undefined` when the folder is gone */
    async zip(shelf: Shelf, id: string): Promise<HttpResponse | undefined> {
      const response = await call({ path: `${pathOf(shelf, id)}/zip`, timeout: LONG })
      if (response.status === 404) return undefined
      if (response.status !== 200) throw await parapheurFailure(response)
      return response
    },

    /** An unknown folder is already deleted. */
    async remove(shelf: Shelf, id: string): Promise<void> {
      const response = await call({ method: 'DELETE', path: pathOf(shelf, id) })
      if (response.status !== 404 && response.status >= 300) throw await parapheurFailure(response)
    },

    /** @param task the one that waits once the circuit is over */
    async sendToBin(id: string, task: string): Promise<void> {
      const response = await call({
        method: 'PUT',
        path: `${pathOf('desk', id)}/task/${segment(task)}/send_to_trash_bin`,
        body: { json: { publicAnnotation: '', privateAnnotation: '', metadata: {} } },
      })
      if (response.status !== 404 && response.status >= 300) throw await parapheurFailure(response)
    },
  }
}

export type RecupApi = ReturnType<typeof recupApi>
