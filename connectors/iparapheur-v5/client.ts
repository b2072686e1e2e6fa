import {
  ConfigurationError,
  PermanentError,
  TemporaryError,
  type Clock,
  type Http,
  type HttpRequest,
  type HttpResponse,
} from '#core'

export interface ParapheurSettings {
  readonly url: string
  readonly username: string
  readonly password: string
  readonly tenant: string
  readonly desk: string
  readonly authority?: Uint8Array | undefined
}

/** What lists give for each thing. */
export interface Named {
  readonly id: string
  readonly name: string
}

export interface FolderLine extends Named {
  readonly metadata?: Readonly<Record<string, string>> | null
}

export type DeskState = 'DRAFT' | 'PENDING' | 'DOWNSTREAM' | 'FINISHED' | 'REJECTED'

interface Page<T> {
  readonly content: readonly T[]
  readonly totalElements?: number
  readonly totalPages?: number
}

const API = '/api/standard/v1'
const TOKEN = '/auth/realms/api/protocol/openid-connect/token'
const PAGE_SIZE = 100
const LONG = 600_000
/** Tokens are renewed before they end, so that none dies on its way. */
const RENEW_AT = 0.8

const segment = encodeURIComponent

const unexpected = (cause: unknown) =>
  new TemporaryError('Le parapheur a répondu autre chose que ce qui était attendu. Un nouvel essai aura lieu.', {
    cause,
  })

/** The sentence of the remote in an error answer, for the agent. */
const messageOf = async (response: HttpResponse): Promise<string> => {
  const body = await response.text()
  try {
    const { message, error } = JSON.parse(body) as { message?: string; error?: string }
    return [message, error].find(said => typeof said === 'string' && said !== '') ?? `erreur ${response.status}`
  } catch {
    return `erreur ${response.status}`
  }
}

/** Turns a status that no caller expects into what the engine must do. */
const failure = async (response: HttpResponse): Promise<Error> => {
  const { status } = response
  if (status >= 300 && status < 400)
    return new ConfigurationError(
      `Le parapheur renvoie vers une autre adresse (${response.headers['location'] ?? 'non précisée'}). Corrigez l'adresse dans les réglages du connecteur.`,
    )
  const message = await messageOf(response)
  if (status === 401)
    return new TemporaryError(
      "Le parapheur refuse un jeton qu'il vient de donner : il redémarre sans doute. Un nouvel essai aura lieu.",
    )
  if (status === 403)
    return new ConfigurationError(
      `Le compte technique n'a pas le droit d'effectuer cette opération dans le parapheur (${message}). Vérifiez son rôle et son rattachement au bureau.`,
    )
  if (status === 409 || status === 429 || status >= 500)
    return new TemporaryError(`Le parapheur est momentanément indisponible (${message}). Un nouvel essai aura lieu.`)
  return new PermanentError(`Le parapheur refuse la demande : ${message}.`)
}

/** The REST API of the i-Parapheur 5, as far as signing needs it. One token for all calls, renewed in time. */
export const parapheurApi = (http: Http, clock: Clock, settings: ParapheurSettings) => {
  const { authority, tenant, desk } = settings
  const client = http.client({ baseUrl: settings.url, ...(authority ? { tls: { ca: authority } } : {}) })
  const inTenant = `${API}/tenant/${segment(tenant)}`
  const inDesk = `${inTenant}/desk/${segment(desk)}`
  const folderPath = (id: string) => `${inDesk}/folder/${segment(id)}`

  let held: { readonly token: string; readonly renewAt: number } | undefined
  let asking: Promise<string> | undefined

  const askToken = async (): Promise<string> => {
    const asked = clock.now().getTime()
    const response = await client
      .request({
        method: 'POST',
        path: TOKEN,
        body: {
          form: {
            client_id: 'ipcore-web',
            grant_type: 'password',
            username: settings.username,
            password: settings.password,
          },
        },
      })
      .catch((error: unknown) => {
        // Asking for a token leaves no trace: nothing was sent, whatever the network did.
        throw error instanceof TemporaryError ? new TemporaryError(error.message, { cause: error }) : error
      })
    if (response.status === 400 || response.status === 401)
      throw new ConfigurationError(
        `Le parapheur refuse l'identifiant ou le mot de passe du compte technique « ${settings.username} ». Corrigez-les dans les réglages du connecteur.`,
      )
    if (response.status !== 200) throw await failure(response)
    const { access_token: token, expires_in: life } = await response.json<{
      access_token?: unknown
      expires_in?: unknown
    }>()
    if (typeof token !== 'string' || token === '') throw unexpected('no access_token')
    held = { token, renewAt: asked + Number(life ?? 60) * 1000 * RENEW_AT }
    return token
  }

  const token = (): Promise<string> => {
    if (held && clock.now().getTime() < held.renewAt) return Promise.resolve(held.token)
    // Simultaneous calls share one request.
    asking ??= askToken().finally(() => (asking = undefined))
    return asking
  }

  const call = async (request: HttpRequest): Promise<HttpResponse> => {
    const authorised = async () => {
      const headers = { ...request.headers, authorization: `Bearer ${await token()}` }
      return client.request({ ...request, headers })
    }
    const response = await authorised()
    if (response.status !== 401) return response
    held = undefined
    return authorised()
  }

  const page = async <T>(path: string, query: Readonly<Record<string, string | number>>): Promise<Page<T>> => {
    const response = await call({ path, query: { size: PAGE_SIZE, ...query }, headers: { accept: 'application/json' } })
    if (response.status === 404)
      throw new ConfigurationError(
        "L'entité ou le bureau indiqué n'existe pas dans le parapheur. Lancez « Tester » dans les réglages du connecteur pour voir ceux du compte.",
      )
    if (response.status !== 200) throw await failure(response)
    const read = await response.json<Page<T>>()
    if (!Array.isArray(read?.content)) throw unexpected(path)
    return read
  }

  /** Every line of a paged list, in order. Yields the total announced with each page, for those who care about lists that move. */
  async function* pages<T>(
    path: string,
    query: Readonly<Record<string, string | number>> = {},
  ): AsyncGenerator<Page<T>> {
    for (let number = 0; ; number += 1) {
      const read = await page<T>(path, { ...query, page: number })
      yield read
      const isLast = read.totalPages === undefined ? read.content.length < PAGE_SIZE : number + 1 >= read.totalPages
      if (isLast || read.content.length === 0) return
    }
  }

  const list = async (path: string): Promise<readonly Named[]> => {
    const lines: Named[] = []
    for await (const { content } of pages<Named>(path)) lines.push(...content)
    return lines
  }

  return {
    tenants: () => list(`${API}/tenant`),
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
