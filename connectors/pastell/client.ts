import {
  ConfigurationError,
  PermanentError,
  TemporaryError,
  type Http,
  type HttpRequest,
  type HttpResponse,
} from '#core'
import type { PastellSettings } from './fields.ts'
import type { PlacedFile } from './mapping.ts'

/** Without a byte: an action may call a third party before it answers. */
const LONG = 600_000

/** Said by Pastell, in its words: what it refuses about this very request. */
export interface Refused {
  readonly is: 'refused'
  readonly status: number
  readonly message: string
}
export type Answer = { readonly is: 'done'; readonly data: Readonly<Record<string, unknown>> } | Refused

const record = (value: unknown): Readonly<Record<string, unknown>> => Object(value) as Readonly<Record<string, unknown>>

/** Identifiers are strings in some versions and numbers in others. */
export const textIn = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''

/** `1`, `"1"` or `true`, according to the version. */
export const isTrue = (value: unknown): boolean => value === true || value === 1 || value === '1' || value === 'true'

/** The sentence of an error body; `undefined` when it is not one of Pastell. */
const errorIn = (body: string): string | undefined => {
  try {
    const message = record(JSON.parse(body))['error-message']
    return typeof message === 'string' ? message.replace(/\s+/gu, ' ').trim() : undefined
  } catch {
    return undefined
  }
}

/** A right that the account lacks, and not a rule of the document. */
const lacksRight = (message: string): boolean => /^acc[eè]s interdit|^vous devez avoir le droit/iu.test(message)

const failureOf = (
  { status, headers }: Pick<HttpResponse, 'status' | 'headers'>,
  message: string | undefined,
  doing: string,
  acting: boolean,
): Error | undefined => {
  const impossible = `Impossible de ${doing} :`
  const said = message === undefined || message === '' ? `réponse ${status}` : message.replace(/\.$/u, '')
  if (status >= 300 && status < 400)
    return new ConfigurationError(
      `${impossible} la plateforme renvoie vers une autre adresse (${headers['location'] ?? 'non précisée'}). Corrigez l'adresse dans les réglages du connecteur.`,
    )
  if (status === 401)
    return new ConfigurationError(
      `${impossible} la plateforme refuse le compte (${said}). Corrigez l'identifiant et le mot de passe dans les réglages du connecteur, et le certificat si le compte en a un.`,
    )
  if (status === 403 && (message === undefined || lacksRight(message)))
    return new ConfigurationError(
      `${impossible} le compte n'en a pas le droit sur la plateforme de destination (${said}). Demandez à son administrateur les droits de lecture et d'édition sur l'entité et sur le type de dossier.`,
    )
  if (status === 408 || status === 429 || status >= 500)
    return new TemporaryError(
      `${impossible} la plateforme de destination est momentanément indisponible (${said}). Un nouvel essai aura lieu.`,
      { maybeSent: acting && status >= 500 },
    )
  if (status === 413)
    return new PermanentError(
      `${impossible} la plateforme de destination le trouve trop grand. Demandez à son exploitant d'augmenter la taille permise, puis relancez.`,
    )
  if (message === undefined)
    return new ConfigurationError(
      `${impossible} l'adresse ne répond pas comme l'API de Pastell (réponse ${status}). Corrigez-la dans les réglages du connecteur, sans « /api » à la fin.`,
    )
  return undefined
}

const GARBAGE = (doing: string, maybeSent: boolean, cause?: unknown): TemporaryError =>
  new TemporaryError(
    `Impossible de ${doing} : ce n'est pas la plateforme de destination qui a répondu (sans doute une page de maintenance ou d'un serveur mandataire). Un nouvel essai aura lieu.`,
    { maybeSent, cause },
  )

/** The API v2 of Pastell, as far as a deposit calls it (`pastell-api.md` §8.8). */
export const pastellApi = (http: Http, settings: PastellSettings) => {
  const { certificat, certificatMotDePasse, autorite } = settings
  const client = http.client({
    baseUrl: `${settings.adresse.replace(/\/+$/u, '')}/api/v2`,
    basic: { user: settings.identifiant, password: settings.motDePasse },
    ...(certificat || autorite ? { tls: { pfx: certificat, passphrase: certificatMotDePasse, ca: autorite } } : {}),
  })
  const entity = `/entite/${encodeURIComponent(settings.entite)}`
  const documents = `${entity}/document`

  const call = async (request: HttpRequest, doing: string): Promise<Answer & { readonly json?: unknown }> => {
    const acting = request.method !== undefined
    const response = await client.request({ timeout: LONG, ...request })
    const { status } = response
    const body = await response.text()
    const message = errorIn(body)
    if (status === 204) return { is: 'done', data: {} }
    // A value that it cannot write in JSON makes an error of status 200.
    if (status === 200 || status === 201) {
      if (message !== undefined) return { is: 'refused', status: 400, message }
      try {
        const json: unknown = JSON.parse(body)
        return { is: 'done', data: record(json), json }
      } catch (cause) {
        throw GARBAGE(doing, acting, cause)
      }
    }
    const failure = failureOf(response, message, doing, acting)
    if (failure) throw failure
    return { is: 'refused', status, message: message ?? '' }
  }

  const read = async (path: string, query: HttpRequest['query'], doing: string): Promise<unknown> => {
    const answer = await call({ path, ...(query ? { query } : {}) }, doing)
    if (answer.is === 'done') return answer.json
    throw new ConfigurationError(
      `Impossible de ${doing} : ${answer.message || `réponse ${answer.status}`}. Vérifiez l'entité, le type de dossier et l'action dans les réglages du connecteur.`,
    )
  }

  return {
    version: async () => record(await read('/version', undefined, "lire la version de l'API")),
    entity: async () => record(await read(entity, undefined, `lire l'entité « ${settings.entite} »`)),
    type: async () =>
      record(
        await read(
          `/flux/${encodeURIComponent(settings.typeDossier)}`,
          undefined,
          `lire le type de dossier « ${settings.typeDossier} »`,
        ),
      ),
    actions: async () =>
      record(
        await read(
          `/flux/${encodeURIComponent(settings.typeDossier)}/action`,
          undefined,
          `lire les actions du type « ${settings.typeDossier} »`,
        ),
      ),

    /** The documents of the type that nobody has filled in yet, newest first: `{ id, creation }`, in the local time of the remote. */
    async emptyDocuments(): Promise<readonly { readonly id: string; readonly creation: string }[]> {
      const rows = await read(
        documents,
        { type: settings.typeDossier, lastetat: 'creation', limit: 100 },
        `chercher les dossiers vides de l'entité « ${settings.entite} »`,
      )
      if (!Array.isArray(rows)) throw GARBAGE('chercher les dossiers vides', false)
      return rows.map(row => ({ id: textIn(record(row)['id_d']), creation: textIn(record(row)['creation']) }))
    },

    async create(): Promise<string> {
      const doing = `créer un dossier « ${settings.typeDossier} » dans l'entité « ${settings.entite} »`
      const answer = await call(
        { method: 'POST', path: documents, body: { form: { type: settings.typeDossier } } },
        doing,
      )
      if (answer.is === 'refused')
        throw new ConfigurationError(
          `Impossible de ${doing} : ${answer.message}. Vérifiez l'entité et le type de dossier dans les réglages du connecteur.`,
        )
      const id = textIn(answer.data['id_d']) || textIn(record(answer.data['info'])['id_d'])
      if (id === '') throw GARBAGE(doing, true)
      return id
    },

    modify: (id: string, values: Readonly<Record<string, string>>): Promise<Answer> =>
      call(
        { method: 'PATCH', path: `${documents}/${encodeURIComponent(id)}`, body: { form: values } },
        `remplir le dossier « ${id} »`,
      ),

    addFile: (id: string, { target, rank, file }: PlacedFile): Promise<Answer> =>
      call(
        {
          method: 'POST',
          path: `${documents}/${encodeURIComponent(id)}/file/${encodeURIComponent(target)}/${rank}`,
          body: {
            parts: [
              { name: 'file_name', value: file.name },
              { name: 'file_content', file },
            ],
          },
        },
        `envoyer « ${file.name} » dans le dossier « ${id} »`,
      ),

    act: (id: string, action: string): Promise<Answer> =>
      call(
        {
          method: 'POST',
          path: `${documents}/${encodeURIComponent(id)}/action/${encodeURIComponent(action)}`,
          body: { form: {} },
        },
        `déclencher « ${action} » sur le dossier « ${id} »`,
      ),

    detail: (id: string): Promise<Answer> =>
      call({ path: `${documents}/${encodeURIComponent(id)}` }, `relire le dossier « ${id} »`),

    discard: (id: string): Promise<Answer> =>
      call({ method: 'DELETE', path: `${documents}/${encodeURIComponent(id)}` }, `supprimer le brouillon « ${id} »`),
  }
}

export type PastellApi = ReturnType<typeof pastellApi>

/** What was last done to a document, and when: another value proves that something was done since. */
export const lastActionIn = (data: Readonly<Record<string, unknown>>): string => {
  const { action, date } = record(data['last_action'] ?? record(data['content'])['last_action'])
  return `${textIn(action)} ${textIn(date)}`
}
