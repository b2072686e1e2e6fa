import {
  ConfigurationError,
  TemporaryError,
  type FileRef,
  type Files,
  type Http,
  type HttpRequest,
  type Part,
} from '#core'
import type { IdelibreSettings } from './fields.ts'
import { failureOf, remove, write, type Written } from './http.ts'

const POLL = 60_000

export interface Named {
  readonly id: string
  readonly name: string
}

export interface Theme extends Named {
  /** The whole path, « Finances, Budget ». */
  readonly fullName?: string | null
}

export interface User {
  readonly id: string
  readonly firstName?: string | null
  readonly lastName?: string | null
  readonly email?: string | null
  readonly isActive?: boolean
  readonly role?: { readonly name?: string } | null
}

export interface Sitting extends Named {
  readonly date: string
  readonly place?: string | null
  readonly type?: Named | null
  readonly isRemoteAllowed?: boolean | null
  readonly convocationFile?: { readonly name?: string } | null
  readonly invitationFile?: { readonly name?: string } | null
}

interface Stamp {
  readonly createdAt?: string
}

export interface Called {
  readonly isRead?: boolean
  readonly isActive?: boolean
  readonly category?: string
  readonly attendance?: string | null
  readonly sentTimestamp?: Stamp | string | null
  readonly receivedTimestamp?: Stamp | string | null
  readonly user?: User | null
  readonly deputy?: User | string | null
  readonly mandator?: User | string | null
}

/** A project or another document, as read back. */
export interface Item {
  readonly id?: string
  readonly name?: string
  readonly rank?: number
  readonly file?: { readonly name?: string } | null
  readonly annexes?: readonly Omit<Item, 'annexes'>[]
}

export interface Me {
  readonly name?: string
  readonly structure?: { readonly id?: string; readonly name?: string } | null
  readonly role?: readonly string[]
}

export type AgendaKind = 'projects' | 'otherdocs'

const unexpected = (what: string) =>
  new TemporaryError(`i-delibRE a répondu autre chose que ${what}. Un nouvel essai aura lieu.`)

/** The API of version 2 (`idelibre.md` §2). */
export const idelibreApi = (http: Http, files: Files, settings: IdelibreSettings) => {
  const { url: baseUrl, jeton, autorite: ca } = settings
  const client = http.client({
    baseUrl,
    headers: { accept: 'application/json', 'x-auth-token': jeton ?? '' },
    ...(ca ? { tls: { ca } } : {}),
  })

  const read = async (path: string, query: HttpRequest['query'] = {}): Promise<unknown> => {
    if (!jeton)
      throw new ConfigurationError("Le jeton de l'API d'i-delibRE manque dans les réglages du connecteur : déposez-le.")
    const response = await client.request({ path, query, timeout: POLL })
    if (response.status !== 200) throw await failureOf(response)
    return response.json<unknown>()
  }

  const me = async (): Promise<Me> => Object(await read('/api/v2/me')) as Me

  let known: string | undefined = settings.structure
  const structure = async (): Promise<string> => {
    known ??= (await me()).structure?.id
    if (known) return known
    throw new ConfigurationError(
      "i-delibRE n'a pas dit à quelle structure appartient le jeton : indiquez son identifiant dans les réglages du connecteur.",
    )
  }
  const at = async (path: string) => `/api/v2/structures/${encodeURIComponent(await structure())}/${path}`
  const sittingAt = (id: string, path = '') => at(`sittings/${encodeURIComponent(id)}${path}`)

  const list = async <T>(path: string, what: string): Promise<readonly T[]> => {
    const answer = await read(path)
    if (!Array.isArray(answer)) throw unexpected(what)
    return answer as readonly T[]
  }

  return {
    me,
    async ping(): Promise<void> {
      const { message } = Object(await read('/api/v2/ping')) as { message?: unknown }
      if (message !== 'success') throw unexpected('« success » à la vérification')
    },
    types: async () => list<Named>(await at('types'), 'la liste des types de séance'),
    themes: async () => list<Theme>(await at('themes'), 'la liste des thèmes'),
    users: async () => list<User>(await at('users'), 'la liste des personnes'),
    sittings: async () => list<Sitting>(await at('sittings'), 'la liste des séances'),
    convocations: async (id: string) =>
      list<Called>(await sittingAt(id, '/convocations'), 'la liste des convocations de la séance'),
    agenda: async (id: string, kind: AgendaKind) =>
      list<Item>(
        await sittingAt(id, `/${kind}`),
        kind === 'projects' ? "l'ordre du jour de la séance" : 'les autres documents de la séance',
      ),
    async sitting(id: string): Promise<Sitting> {
      const answer = Object(await read(await sittingAt(id))) as Partial<Sitting>
      if (typeof answer.id !== 'string' || typeof answer.date !== 'string') throw unexpected('la séance demandée')
      return answer as Sitting
    },

    create: async (parts: readonly Part[]): Promise<Written> =>
      write(client, { method: 'POST', path: await at('sittings'), body: { parts } }),
    update: async (id: string, parts: readonly Part[]): Promise<Written> =>
      write(client, { method: 'PUT', path: await sittingAt(id), body: { parts } }),
    setAgenda: async (id: string, kind: AgendaKind, parts: readonly Part[]): Promise<Written> =>
      write(client, { method: 'POST', path: await sittingAt(id, `/${kind}`), body: { parts } }),

    /** Already gone is removed. */
    async removeProject(id: string, project: string): Promise<void> {
      const path = await sittingAt(id, `/projects/${encodeURIComponent(project)}`)
      await remove(client, path)
    },

    /** The zip of tokens, streamed to the store. */
    async tokens(id: string): Promise<FileRef> {
      const response = await client.request({
        path: await sittingAt(id, '/token'),
        headers: { accept: '*/*' },
        timeout: POLL,
      })
      if (response.status !== 200) throw await failureOf(response)
      const saved = await response.saveTo(files, 'jetons.zip')
      if (saved.type !== 'application/zip') throw unexpected('le fichier zip des jetons')
      return saved
    },
  }
}

export type IdelibreApi = ReturnType<typeof idelibreApi>
