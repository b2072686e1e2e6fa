import {
  ConfigurationError,
  PermanentError,
  TemporaryError,
  parapheurFailure as failure,
  parapheurMessage as messageOf,
  parapheurSession,
  type Clock,
  type Http,
  type HttpRequest,
  type HttpResponse,
  type ParapheurAccount,
  type ParapheurNamed as Named,
} from '#core'

export interface ParapheurSettings extends ParapheurAccount {
  readonly tenant: string
  readonly desk: string
}

export interface FolderLine extends Named {
  readonly metadata?: Readonly<Record<string, string>> | null
}

export type DeskState = 'DRAFT' | 'PENDING' | 'DOWNSTREAM' | 'FINISHED' | 'REJECTED'

const LONG = 600_000
const segment = encodeURIComponent

/** The REST API of the i-Parapheur 5, as far as signing needs it. */
export const parapheurApi = (http: Http, clock: Clock, settings: ParapheurSettings) => {
  const { tenant, desk } = settings
  const { api, call, pages, list } = parapheurSession(http, clock, settings)
  const inTenant = `${api}/tenant/${segment(tenant)}`
  const inDesk = `${inTenant}/desk/${segment(desk)}`
  const folderPath = (id: string) => `${inDesk}/folder/${segment(id)}`

  return {
    tenants: () => list(`${api}/tenant`),
    desks: () => list(`${inTenant}/desk`),
    types: () => list(`${inDesk}/types/creation-allowed`),
    subtypes: (type: string) => list(`${inDesk}/types/${segment(type)}/subtypes/creation-allowed`),

    /** Folders of the desk in a state, newest first. */
    folders: (state: DeskState) => pages<FolderLine>(`${inDesk}/${state}`, { sort: 'CREATION_DATE,DESC' }),

    /** @throws TemporaryError `maybeSent` whenever the folder may exist without our knowing its identifier */
    async create(
      parts: Extract<HttpRequest['body'], { parts: unknown }>['parts'],
      { autoStart }: { readonly autoStart: boolean },
    ) {
      const response = await call({
        method: 'POST',
        path: `${inDesk}/folder`,
        query: { autoStart },
        body: { parts },
        timeout: LONG,
      })
      if (response.status === 400 || response.status === 406 || response.status === 413 || response.status === 422)
        return { is: 'refused', reason: await messageOf(response) } as const
      if (response.status === 404)
        throw new ConfigurationError(
          "L'entité ou le bureau indiqué n'existe pas dans le parapheur. Corrigez les réglages du connecteur.",
        )
      if (response.status >= 500) throw new TemporaryError((await failure(response)).message, { maybeSent: true })
      if (response.status !== 201 && response.status !== 200) throw await failure(response)
      const { id } = await response.json<{ id?: unknown }>().catch((cause: unknown) => {
        throw new TemporaryError(
          'Le parapheur a reçu le dossier, mais sa réponse est illisible. Le dossier va y être recherché.',
          { maybeSent: true, cause },
        )
      })
      if (typeof id !== 'string' || id === '')
        throw new TemporaryError(
          'Le parapheur a reçu le dossier sans donner son numéro. Le dossier va y être recherché.',
          { maybeSent: true },
        )
      return { is: 'created', id } as const
    },

    /** Starts a draft, with the annotations of the sender. */
    async start(
      id: string,
      task: string,
      annotations: { readonly publicAnnotation: string; readonly privateAnnotation: string },
    ) {
      const response = await call({
        method: 'PUT',
        path: `${folderPath(id)}/task/${segment(task)}/start`,
        body: { json: { ...annotations, metadata: {} } },
      })
      if (response.status === 400 || response.status === 406)
        return { is: 'refused', reason: await messageOf(response) } as const
      if (response.status >= 300) throw await failure(response)
      return { is: 'started' } as const
    },

    /** @returns `undefined` when the folder does not exist */
    async premis(id: string): Promise<string | undefined> {
      const response = await call({ path: `${folderPath(id)}/premis` })
      if (response.status === 404) return undefined
      if (response.status !== 200) throw await failure(response)
      return response.text()
    },

    async zip(id: string): Promise<HttpResponse> {
      const response = await call({ path: `${folderPath(id)}/zip`, timeout: LONG })
      if (response.status !== 200) throw await failure(response)
      return response
    },

    /** An unknown folder is already deleted. */
    async remove(id: string): Promise<void> {
      const response = await call({ method: 'DELETE', path: folderPath(id) })
      if (response.status === 404 || response.status < 300) return
      if (response.status === 406)
        throw new PermanentError(
          'Le parapheur ne supprime que les brouillons et les dossiers terminés ou rejetés : celui-ci est en cours.',
        )
      throw await failure(response)
    },
  }
}

export type ParapheurApi = ReturnType<typeof parapheurApi>
