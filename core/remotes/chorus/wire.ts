import type { Clock } from '../../authoring/context.ts'
import { TemporaryError } from '../../authoring/errors.ts'
import type { FileRef } from '../../authoring/values.ts'
import type { Http, HttpRequest, HttpResponse } from '../../connectors/http.ts'
import { failureOf, refusalIn, unavailable, type Refused } from './failures.ts'
import type { ChorusAccount, PisteSettings } from './settings.ts'
import { pisteToken, type PisteToken } from './token.ts'

const TIMEOUT = 60_000
const TRANSFER_TIMEOUT = 300_000
const JSON_TYPE = 'application/json;charset=utf-8'
/** A page of a thousand invoices. */
const LARGEST_ANSWER = 64 * 1024 * 1024
/** However long PISTE asks to wait, milliseconds. */
const LONGEST_SILENCE = 3_600_000

export type Answered<T> = { readonly is: 'ok'; readonly answer: T } | Refused

/** The API of Chorus Pro for one technical account. Operations are named from `/cpro` on: `factures/v1/rechercher/recipiendaire`. */
export interface ChorusWire {
  readonly login: string
  /** @throws ConfigurationError when PISTE refuses the application, whatever the account */
  token(): Promise<void>
  /** Asks without any effect there: a lost answer leaves no doubt. */
  ask<T>(operation: string, body?: object): Promise<Answered<T>>
  /** Does something there: a lost answer is `maybeSent`. `body` may be a stored JSON text, too big for memory. */
  tell<T>(operation: string, body: object | FileRef): Promise<Answered<T>>
  /** An answer that holds a file, to be streamed. Not 200: already a refusal. */
  fetch(operation: string, body: object): Promise<{ readonly is: 'ok'; readonly response: HttpResponse } | Refused>
}

interface Door {
  readonly token: PisteToken
  /** PISTE asked for silence until then. */
  quietUntil: number
}

/** One door to PISTE for a connected instance: its calls share the token and the silence asked for. */
const doors = new WeakMap<Http, Door>()

const doorOf = (http: Http, settings: PisteSettings, clock: Clock): Door => {
  const known = doors.get(http)
  if (known) return known
  const door = { token: pisteToken(http, settings, clock), quietUntil: 0 }
  doors.set(http, door)
  return door
}

/** `Retry-After`, seconds or a date → milliseconds. */
const patienceAsked = (header: string | undefined, now: number): number => {
  if (header === undefined) return 0
  const asked = /^\d+$/u.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isNaN(asked) ? 0 : Math.min(Math.max(asked, 0), LONGEST_SILENCE)
}

const isStored = (body: object): body is FileRef => 'sha256' in body

/** The protocol of chorus-pro.md §2: PISTE token, technical account, JSON both ways, POST for everything. */
export const chorusWire = (
  { http, clock }: { readonly http: Http; readonly clock: Clock },
  settings: PisteSettings,
  { login, password }: ChorusAccount,
): ChorusWire => {
  const client = http.client({
    baseUrl: `${settings.urlApi.replace(/\/+$/u, '')}/cpro`,
    ...(settings.autorite ? { tls: { ca: settings.autorite } } : {}),
  })
  const door = doorOf(http, settings, clock)

  const post = async (operation: string, body: object | FileRef, timeout: number): Promise<HttpResponse> => {
    const silence = door.quietUntil - clock.now().getTime()
    if (silence > 0)
      throw new TemporaryError(
        `Chorus Pro a demandé de ne plus l'appeler pendant encore ${Math.ceil(silence / 1000)} s. Un nouvel essai aura lieu.`,
      )
    const sent: HttpRequest['body'] = isStored(body)
      ? { file: body, type: JSON_TYPE }
      : { raw: JSON.stringify(body), type: JSON_TYPE }
    const attempt = async (token: string) =>
      client.request({
        method: 'POST',
        path: `/${operation}`,
        body: sent,
        headers: {
          authorization: `Bearer ${token}`,
          'cpro-account': Buffer.from(`${login}:${password}`).toString('base64'),
          accept: JSON_TYPE,
        },
        timeout,
        maxBytes: LARGEST_ANSWER,
      })
    const token = await door.token.get()
    const response = await attempt(token)
    if (response.status === 401) {
      // Ended earlier than announced, or revoked: once, with a new one. What remains refused is a matter of rights.
      door.token.forget(token)
      return attempt(await door.token.get())
    }
    if (response.status === 429)
      door.quietUntil = clock.now().getTime() + patienceAsked(response.headers['retry-after'], clock.now().getTime())
    return response
  }

  const readAnswer = async <T>(operation: string, response: HttpResponse, maybeSent: boolean): Promise<Answered<T>> => {
    if (response.status !== 200 && response.status !== 400) throw failureOf(response, { login, operation, maybeSent })
    const answer = await response.json<unknown>().catch((error: unknown) => {
      if (response.status === 400) throw failureOf(response, { login, operation, maybeSent })
      throw error
    })
    if (typeof answer !== 'object' || answer === null || Object.keys(answer).length === 0)
      throw new TemporaryError(
        "La réponse de Chorus Pro est vide ou n'est pas celle attendue. Un nouvel essai aura lieu.",
      )
    const members = answer as Readonly<Record<string, unknown>>
    const refused = refusalIn(members)
    if (refused) return refused
    if (response.status === 400) throw failureOf(response, { login, operation, maybeSent })
    return { is: 'ok', answer: members as T }
  }

  /** Says of a failure whether Chorus Pro may have acted: everything is a POST, so the HTTP client cannot know. */
  const withDoubt = async <T>(maybeSent: boolean, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      if (maybeSent || !(error instanceof TemporaryError) || !error.maybeSent) throw error
      throw new TemporaryError(error.message, { cause: error })
    }
  }

  return {
    login,
    token: async () => void (await door.token.get()),

    ask: <T>(operation: string, body: object = {}) =>
      withDoubt(false, async () => readAnswer<T>(operation, await post(operation, body, TIMEOUT), false)),

    tell: <T>(operation: string, body: object | FileRef) =>
      withDoubt(true, async () => {
        const response = await post(operation, body, TRANSFER_TIMEOUT)
        try {
          return await readAnswer<T>(operation, response, true)
        } catch (error) {
          // Read and unreadable: it may well have been done.
          if (!(error instanceof TemporaryError) || error.maybeSent || response.status === 429) throw error
          throw new TemporaryError(error.message, { cause: error, maybeSent: true })
        }
      }),

    fetch: (operation, body) =>
      withDoubt(false, async () => {
        const response = await post(operation, body, TRANSFER_TIMEOUT)
        if (response.status === 200) return { is: 'ok', response } as const
        if (response.status === 413)
          return { is: 'refused', code: 413, reason: 'le fichier dépasse la taille que Chorus Pro accepte de rendre' }
        const read = await readAnswer<unknown>(operation, response, false)
        if (read.is === 'refused') return read
        throw unavailable('Chorus Pro', response)
      }),
  }
}
