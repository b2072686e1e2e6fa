import { createHash } from 'node:crypto'
import {
  ConfigurationError,
  PermanentError,
  TemporaryError,
  type Http,
  type HttpRequest,
  type HttpResponse,
  type Part,
  type Sip,
} from '#core'
import type { AsalaeSettings } from './fields.ts'

export type Transfer = Pick<Sip, 'transferId' | 'agency'>
export type Refused = { readonly is: 'refused'; readonly status: number; readonly reason: string }
export type Posted = { readonly is: 'accepted'; readonly answer: Readonly<Record<string, unknown>> } | Refused
export type Asked =
  { readonly is: 'unknown' } | { readonly is: 'pending' } | { readonly is: 'message'; readonly xml: Uint8Array }

/** Without a byte; the size of what is sent does not count. */
const LONG = 600_000
const POLL = 30_000
/** Replies of SEDA 1.0 describe the whole archive again. */
const LARGEST_MESSAGE = 32 * 1024 * 1024
const LONGEST_REASON = 500

const withoutAccents = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()

/** as@lae answers 500 to whoever asks for a message that it has not yet written. */
const saysPending = (body: string): boolean => withoutAccents(body).includes('en cours de traitement')

/** The sentence of the remote in an error answer: JSON, plain text, or nothing of use (an HTML page). */
const reasonOf = (body: string, status: number): string => {
  const said = ((): string => {
    try {
      const read: unknown = JSON.parse(body)
      if (typeof read === 'string') return read
      const { message, error } = Object(read) as { message?: unknown; error?: unknown }
      return typeof message === 'string' ? message : typeof error === 'string' ? error : ''
    } catch {
      return body.trimStart().startsWith('<') ? '' : body
    }
  })()
  const line = said.replace(/\s+/gu, ' ').trim().slice(0, LONGEST_REASON)
  return line === '' ? `erreur ${status}` : line.replace(/\.$/u, '')
}

const wrongAddress = () =>
  new ConfigurationError(
    "Le service web d'as@lae n'est pas à l'adresse indiquée. Corrigez-la dans les réglages du connecteur : elle finit d'ordinaire par /restservices.",
  )

const doubt = (cause: unknown) =>
  new TemporaryError(
    "as@lae a peut-être reçu le transfert, mais sa réponse est vide ou illisible. Le transfert va y être recherché avant d'être envoyé à nouveau.",
    { maybeSent: true, cause },
  )

/** The REST web service of as@lae (`sae-asalae.md` §2 and §3). */
export const asalaeApi = (http: Http, settings: AsalaeSettings) => {
  const { identifiant: login, motDePasse: password, autorite: authority } = settings
  const client = http.client({
    baseUrl: settings.url,
    basic: {
      user: login,
      password: settings.formeMotDePasse === 'clair' ? password : createHash('sha256').update(password).digest('hex'),
    },
    ...(authority ? { tls: { ca: authority } } : {}),
  })

  /** Turns a status that no caller expects into what the engine must do. */
  const failure = async (response: HttpResponse): Promise<Error> => {
    const { status } = response
    if (status >= 300 && status < 400)
      return new ConfigurationError(
        `as@lae renvoie vers une autre adresse (${response.headers['location'] ?? 'non précisée'}). Corrigez l'adresse du service web dans les réglages du connecteur.`,
      )
    if (status === 401)
      return new ConfigurationError(
        `as@lae refuse l'identifiant ou le mot de passe du compte « ${login} ». Corrigez-les dans les réglages du connecteur, et vérifiez la forme sous laquelle le mot de passe est envoyé.`,
      )
    if (status === 404) return wrongAddress()
    const reason = reasonOf(await response.text(), status)
    if (status === 403)
      return new ConfigurationError(
        `Le compte « ${login} » n'a pas le droit d'effectuer cette opération dans as@lae (${reason}). Faites vérifier ses droits par l'exploitant.`,
      )
    if (status === 408 || status === 429 || status >= 500)
      return new TemporaryError(`as@lae est momentanément indisponible (${reason}). Un nouvel essai aura lieu.`)
    return new PermanentError(`as@lae refuse la demande : ${reason}.`)
  }

  const readJson = async (path: string): Promise<unknown> => {
    const response = await client.request({ path, headers: { accept: 'application/json' }, timeout: POLL })
    if (response.status !== 200) throw await failure(response)
    return response.json<unknown>()
  }

  /** @throws TemporaryError `maybeSent` whenever the remote may have kept what was sent */
  const post = async (path: string, parts: readonly Part[]): Promise<Posted | { readonly is: 'notFound' }> => {
    const headers = { accept: 'application/json' }
    const response = await client.request({ method: 'POST', path, body: { parts }, headers, timeout: LONG })
    const { status } = response
    if (status === 404) return { is: 'notFound' }
    if (status === 400 || status === 409 || status === 413 || status === 415 || status === 422)
      return { is: 'refused', status, reason: reasonOf(await response.text(), status) }
    if (status >= 500) throw new TemporaryError((await failure(response)).message, { maybeSent: true })
    if (status !== 200) throw await failure(response)
    const answer = await response.json<unknown>().catch((cause: unknown) => {
      throw doubt(cause)
    })
    if (typeof answer !== 'object' || answer === null || Object.keys(answer).length === 0) throw doubt('empty answer')
    return { is: 'accepted', answer: answer as Readonly<Record<string, unknown>> }
  }

  const messageRequest = (message: string, { transferId, agency }: Transfer): Pick<HttpRequest, 'path' | 'query'> => {
    if (settings.adresses === 'parametres')
      return {
        path: '/sedaMessages',
        query: {
          sequence: 'ArchiveTransfer',
          message,
          originMessageIdentifier: transferId,
          originOrganizationIdentification: agency,
        },
      }
    const [organization, identifier] = [encodeURIComponent(agency), encodeURIComponent(transferId)]
    return {
      path: `/sedaMessages/sequence:ArchiveTransfer/message:${message}/originOrganizationIdentification:${organization}/originMessageIdentifier:${identifier}`,
    }
  }

  return {
    ping: () => readJson('/ping'),
    versions: () => readJson('/versions'),

    async sedaMessages(parts: readonly Part[]): Promise<Posted> {
      const posted = await post('/sedaMessages', parts)
      if (posted.is === 'notFound') throw wrongAddress()
      return posted
    },

    /** @returns `notFound` when the session of chunks is no longer known */
    async chunk(parts: readonly Part[]): Promise<Posted | { readonly is: 'notFound' }> {
      const posted = await post('/sedaAttachmentsChunkFiles', parts)
      // The service has opened the session: unless it went away meanwhile, what it does not find is the session.
      if (posted.is === 'notFound') await readJson('/versions')
      return posted
    },

    /** Asks for a message about a transfer. */
    async message(kind: 'Acknowledgement' | 'ArchiveTransferReply', transfer: Transfer): Promise<Asked> {
      const response = await client.request({
        ...messageRequest(kind, transfer),
        headers: { accept: 'application/xml' },
        timeout: POLL,
        maxBytes: LARGEST_MESSAGE,
      })
      if (response.status === 200) return { is: 'message', xml: await response.bytes() }
      if (response.status === 404) {
        // A proxy says 404 as well when the service behind it is away: the word of as@lae itself is needed.
        await readJson('/versions')
        return { is: 'unknown' }
      }
      if (response.status !== 500) throw await failure(response)
      const body = await response.text()
      if (saysPending(body)) return { is: 'pending' }
      throw new TemporaryError(
        `as@lae est momentanément indisponible (${reasonOf(body, 500)}). Un nouvel essai aura lieu.`,
      )
    },
  }
}

export type AsalaeApi = ReturnType<typeof asalaeApi>
