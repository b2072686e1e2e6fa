import type { Clock } from '../../authoring/context.ts'
import { ConfigurationError, TemporaryError } from '../../authoring/errors.ts'
import type { Http, HttpResponse } from '../../connectors/http.ts'
import { isBusy, unavailable } from './failures.ts'
import type { PisteSettings } from './settings.ts'

/** Renewed so long before its end, milliseconds: a token must outlive the call that it opens. */
const MARGIN = 240_000
const TIMEOUT = 30_000

export interface PisteToken {
  /** The token in force, asked for when there is none. Calls that meet share one request. */
  get(): Promise<string>
  /** PISTE refused this one: the next `get` asks for another. */
  forget(token: string): void
}

interface Granted {
  readonly access_token?: unknown
  readonly expires_in?: unknown
}

const refusalOf = async (response: HttpResponse): Promise<string> => {
  const said: unknown = JSON.parse((await response.text()) || 'null')
  const { error, error_description: description } = Object(said) as { error?: unknown; error_description?: unknown }
  return ([description, error].find(each => typeof each === 'string' && each !== '') as string | undefined) ?? ''
}

/** Tokens of the OAuth2 « client credentials » of PISTE (chorus-pro.md §2), kept in the memory of the process alone: they are secrets. */
export const pisteToken = (http: Http, settings: PisteSettings, clock: Clock): PisteToken => {
  const client = http.client({
    baseUrl: settings.urlPiste,
    ...(settings.autorite ? { tls: { ca: settings.autorite } } : {}),
  })
  let current: { readonly token: string; readonly until: number } | undefined
  let asking: Promise<string> | undefined

  const failure = async (response: HttpResponse): Promise<Error> => {
    const { status } = response
    if (isBusy(status)) return unavailable('PISTE', response)
    if (status === 404 || (status >= 300 && status < 400))
      return new ConfigurationError(
        `PISTE ne délivre pas de jeton à l'adresse indiquée (réponse ${status}). Corrigez « Adresse du jeton PISTE » dans les réglages du connecteur.`,
      )
    const why = await refusalOf(response).catch(() => '')
    return new ConfigurationError(
      `PISTE refuse l'application « ${settings.clientId} »${why && ` (${why})`}. Vérifiez son identifiant et sa clé secrète dans les réglages du connecteur, et son état sur piste.gouv.fr.`,
    )
  }

  const ask = async (): Promise<string> => {
    const response = await client
      .request({
        method: 'POST',
        path: '',
        body: {
          form: {
            grant_type: 'client_credentials',
            client_id: settings.clientId,
            client_secret: settings.clientSecret,
            scope: 'openid',
          },
        },
        headers: { accept: 'application/json' },
        timeout: TIMEOUT,
      })
      .catch((error: unknown) => {
        // Whatever PISTE did with the request, nothing of ours has been sent to Chorus Pro.
        throw error instanceof TemporaryError ? new TemporaryError(error.message, { cause: error }) : error
      })
    if (response.status !== 200) throw await failure(response)
    const { access_token: token, expires_in: seconds } = Object(await response.json()) as Granted
    if (typeof token !== 'string' || token === '')
      throw new TemporaryError('PISTE a répondu sans délivrer de jeton. Un nouvel essai aura lieu.')
    const life = Math.max(0, Number(seconds) || 0) * 1000
    current = { token, until: clock.now().getTime() + Math.max(life - MARGIN, life / 2) }
    return token
  }

  return {
    async get() {
      if (current && clock.now().getTime() < current.until) return current.token
      asking ??= ask().finally(() => (asking = undefined))
      return asking
    },
    forget(token) {
      if (current?.token === token) current = undefined
    },
  }
}
