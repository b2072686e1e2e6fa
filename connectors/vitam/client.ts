import {
  ConfigurationError,
  PermanentError,
  TemporaryError,
  type FileRef,
  type Files,
  type Http,
  type HttpRequest,
  type HttpResponse,
} from '#core'
import type { VitamSettings } from './fields.ts'

/** Milliseconds without a byte: Vitam answers once it has written the whole archive. */
const LONG = 1_800_000
const POLL = 60_000
const LONGEST_REASON = 500

export type Posted =
  | { readonly is: 'accepted'; readonly guid: string }
  | { readonly is: 'refused'; readonly reason: string }
  /** Nobody knows. `guid`: the operation that it may have become. */
  | { readonly is: 'doubtful'; readonly guid: string | undefined; readonly error: TemporaryError }

export type Operation =
  | { readonly is: 'unknown' }
  /** `RUNNING`, `PAUSE`, `COMPLETED` and `OK`, `WARNING`, `KO`, `FATAL`…, as Vitam says them. */
  | { readonly is: 'known'; readonly completed: boolean; readonly state: string; readonly status: string }

/** The sentence of a Vitam error: JSON with a message and a description, or nothing of use (a page of a proxy). */
const reasonIn = (body: string): string | undefined => {
  try {
    const { message, description, code } = Object(JSON.parse(body)) as Record<string, unknown>
    const said = [message, description].filter(each => typeof each === 'string' && each !== '').join(' : ')
    const line = (said || (typeof code === 'string' ? code : '')).replace(/\s+/gu, ' ').trim().replace(/\.$/u, '')
    return line === '' ? undefined : line.slice(0, LONGEST_REASON)
  } catch {
    return undefined
  }
}

/** What a status that no caller expects means (`vitam.md` §6). */
const failure = ({ status, headers }: Pick<HttpResponse, 'status' | 'headers'>, body: string): Error => {
  const reason = reasonIn(body)
  if (status >= 300 && status < 400)
    return new ConfigurationError(
      `Vitam renvoie vers une autre adresse (${headers['location'] ?? 'non précisée'}). Corrigez l'adresse dans les réglages du connecteur.`,
    )
  if (
    status === 401 ||
    status === 403 ||
    status === 495 ||
    status === 496 ||
    (status === 400 && /SSL certificate/iu.test(body))
  )
    return new ConfigurationError(
      `Vitam refuse notre certificat (réponse ${status}${reason === undefined ? '' : `, ${reason}`}). Vérifiez le certificat dans les réglages du connecteur, et auprès de l'exploitant que son contexte applicatif donne droit à ce tenant et à ce contrat d'accès.`,
    )
  if (status === 404 && reason === undefined)
    return new ConfigurationError(
      "Le service de Vitam n'est pas à l'adresse indiquée. Corrigez-la dans les réglages du connecteur : elle ne comporte pas de chemin.",
    )
  if (status === 408 || status === 429 || status >= 500)
    return new TemporaryError(
      `Vitam est momentanément indisponible (${reason ?? `erreur ${status}`}). Un nouvel essai aura lieu.`,
    )
  return new PermanentError(`Vitam refuse la demande : ${reason ?? `erreur ${status}`}.`)
}

const unexpected = (cause?: unknown) =>
  new TemporaryError('Vitam a répondu autre chose que ce qui était attendu. Un nouvel essai aura lieu.', { cause })

const REFUSALS = new Set([400, 406, 409, 412, 413, 415, 422])

/** Ingest-external, and what is needed of access-external and admin-external (`vitam.md` §3). */
export const vitamApi = (http: Http, files: Files, settings: VitamSettings) => {
  const tls = { pfx: settings.certificat, passphrase: settings.certificatMotDePasse, ca: settings.autorite }
  const { contratAcces: contract } = settings
  const headers = {
    'x-tenant-id': String(settings.tenant),
    ...(contract === undefined ? {} : { 'x-access-contract-id': contract }),
  }
  const ingest = http.client({ baseUrl: settings.url, tls, headers })
  const access = http.client({ baseUrl: settings.urlAcces ?? settings.url, tls, headers })

  const failureOf = async (response: HttpResponse): Promise<Error> => failure(response, await response.text())

  /** Vitam itself answers there, and not only something in front of it. */
  const status = async (): Promise<void> => {
    const response = await ingest.request({ path: '/ingest-external/v1/status', timeout: POLL })
    if (response.status === 204) return
    throw response.status === 200 ? unexpected() : await failureOf(response)
  }

  return {
    status,

    /** The list of endpoints: what proves certificate and tenant. */
    async endpoints(): Promise<void> {
      const response = await ingest.request({ method: 'OPTIONS', path: '/ingest-external/v1/', timeout: POLL })
      if (response.status !== 200) throw await failureOf(response)
      await response.json<unknown>()
    },

    /** Sends the archive. Never again without `find`: Vitam takes the same one twice. */
    async ingest(archive: FileRef, manifest: Readonly<Record<'SHA-256' | 'SHA-512', string>>): Promise<Posted> {
      const { empreinte } = settings
      const request: HttpRequest = {
        method: 'POST',
        path: '/ingest-external/v1/ingests',
        headers: {
          accept: 'application/json',
          'x-context-id': settings.contexte,
          'x-action': 'RESUME',
          ...(empreinte === 'aucune'
            ? {}
            : { 'x-manifest-digest-value': manifest[empreinte], 'x-manifest-digest-algo': empreinte }),
        },
        body: { file: archive, type: 'application/octet-stream' },
        timeout: LONG,
      }
      const response = await ingest.request(request)
      const body = await response.text()
      const guid = response.headers['x-request-id']?.trim() || undefined
      if (response.status === 202 && guid !== undefined) return { is: 'accepted', guid }
      const error = failure(response, body)
      if (REFUSALS.has(response.status) && !(error instanceof ConfigurationError)) {
        const reason = reasonIn(body) ?? `erreur ${response.status}`
        return { is: 'refused', reason: `Vitam refuse le versement : ${reason}.` }
      }
      if (response.status >= 300 && response.status < 500) throw error
      const doubt = new TemporaryError(
        response.status >= 500
          ? error.message
          : "Vitam a peut-être reçu le versement, mais n'a pas dit sous quel numéro d'opération. Il va y être recherché avant d'être envoyé à nouveau.",
        { maybeSent: true },
      )
      return { is: 'doubtful', guid: response.status >= 500 ? guid : undefined, error: doubt }
    },

    async operation(guid: string): Promise<Operation> {
      const path = `/admin-external/v1/operations/${encodeURIComponent(guid)}`
      const response = await access.request({ method: 'HEAD', path, timeout: POLL })
      if (response.status === 404) {
        // An answer to HEAD says nothing: make sure that it is Vitam which does not know the operation.
        await status()
        return { is: 'unknown' }
      }
      if (response.status !== 200 && response.status !== 202) throw await failureOf(response)
      const state = response.headers['x-global-execution-state']
      const execution = response.headers['x-global-execution-status']
      if (state === undefined || execution === undefined) throw unexpected()
      return { is: 'known', completed: response.status === 200 && state === 'COMPLETED', state, status: execution }
    },

    /** The reply, streamed to the store; `undefined` while there is none. */
    async reply(guid: string): Promise<FileRef | undefined> {
      const response = await ingest.request({
        path: `/ingest-external/v1/ingests/${encodeURIComponent(guid)}/archivetransferreply`,
        headers: { accept: 'application/octet-stream' },
        timeout: POLL,
      })
      if (response.status === 200) return response.saveTo(files, 'reponse-du-sae.xml')
      const error = await failureOf(response)
      if (response.status === 404 && !(error instanceof ConfigurationError)) return undefined
      throw error
    },

    /**
     * The operation that ingested this transfer, in the logbook of Vitam.
     * @throws TemporaryError when the logbook does not say: its silence must never be taken for « none »
     */
    async find(transferId: string): Promise<string | undefined> {
      if (contract === undefined)
        throw new ConfigurationError(
          "Un versement a peut-être été reçu par Vitam, mais sans contrat d'accès il ne peut pas y être recherché : indiquez-le dans les réglages du connecteur.",
        )
      const response = await access.request({
        method: 'POST',
        path: '/access-external/v1/logbookoperations',
        headers: { accept: 'application/json', 'x-http-method-override': 'GET' },
        body: {
          json: {
            $query: { $eq: { [settings.champRecherche]: transferId } },
            $filter: { $limit: 10 },
            $projection: {},
          },
        },
        timeout: POLL,
      })
      if (response.status !== 200) {
        const error = await failureOf(response)
        if (error instanceof ConfigurationError) throw error
        throw new TemporaryError(
          `Le journal de Vitam n'a pas pu dire si le versement « ${transferId} » a été reçu (${error.message}) Rien n'est renvoyé avant qu'il réponde ; si cela dure, faites vérifier le contrat d'accès et le champ de recherche.`,
          { cause: error },
        )
      }
      const { $results } = Object(await response.json<unknown>()) as { $results?: unknown }
      if (!Array.isArray($results)) throw unexpected()
      const [operation] = $results as readonly Readonly<Record<string, unknown>>[]
      if (operation === undefined) return undefined
      const guid = ['evIdProc', 'evId', '#id', '_id']
        .map(name => operation[name])
        .find(each => typeof each === 'string' && each !== '')
      if (typeof guid !== 'string') throw unexpected()
      return guid
    },
  }
}
