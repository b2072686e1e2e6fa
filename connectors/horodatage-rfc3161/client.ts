import { ConfigurationError, PermanentError, TemporaryError, rfc3161, type Http, type HttpResponse } from '#core'

export interface TsaSettings {
  readonly adresse: string
  readonly identifiant: string | undefined
  readonly motDePasse: string | undefined
  readonly certificatClient: Uint8Array | undefined
  readonly motDePasseCertificat: string | undefined
  readonly autorite: Uint8Array | undefined
  readonly delai: number
}

/** A token with its chain makes a few kilobytes. */
const LARGEST_ANSWER = 256 * 1024

/** What the authority refuses, in a sentence, by the class that says what to do (horodatage.md §4). */
const refusal = ({ status, failure, text }: { status: number; failure?: string | undefined; text: string }): Error => {
  const said = text === '' ? '' : ` Elle précise : « ${text.slice(0, 300)} ».`
  if (status === 3 || failure === 'timeNotAvailable' || failure === 'systemFailure')
    return new TemporaryError(
      `L'autorité d'horodatage n'est pas en mesure de répondre pour l'instant (${failure ?? 'demande en attente'}). Un nouvel essai aura lieu.${said}`,
    )
  if (failure === 'unacceptedPolicy')
    return new ConfigurationError(
      `L'autorité d'horodatage refuse la politique demandée : corrigez « Politique demandée » ou laissez-la vide.${said}`,
    )
  if (failure === 'badAlg')
    return new ConfigurationError(
      `L'autorité d'horodatage refuse l'algorithme d'empreinte : choisissez-en un autre dans « Algorithme d'empreinte ».${said}`,
    )
  if (status === 4 || status === 5)
    return new ConfigurationError(
      `Le certificat de l'autorité d'horodatage ${status === 4 ? 'va être révoqué' : 'est révoqué'} : demandez-lui laquelle de ses adresses utiliser.${said}`,
    )
  return new PermanentError(
    `L'autorité d'horodatage refuse la demande (statut ${status}${failure === undefined ? '' : `, ${failure}`}).${said}`,
  )
}

const httpFailure = ({ status }: HttpResponse, host: string): Error => {
  if (status === 401 || status === 403)
    return new ConfigurationError(
      `${host} refuse le compte (réponse ${status}) : vérifiez l'identifiant, le mot de passe ou le certificat client.`,
    )
  if (status === 429 || status >= 500)
    return new TemporaryError(
      `L'autorité d'horodatage ${host} n'est pas disponible (réponse ${status}). Un nouvel essai aura lieu.`,
    )
  return new ConfigurationError(
    `${host} ne répond pas comme une autorité d'horodatage (réponse ${status}) : vérifiez l'adresse.`,
  )
}

/** Speaks RFC 3161 over HTTP. @returns `ask`: DER of a request → the token as it came, not yet verified */
export const tsaClient = (http: Http, settings: TsaSettings) => {
  const { origin, host, pathname, search } = new URL(settings.adresse)
  const { identifiant, motDePasse, certificatClient, motDePasseCertificat, autorite } = settings
  const client = http.client({
    baseUrl: origin,
    tls: { pfx: certificatClient, passphrase: motDePasseCertificat, ca: autorite },
    basic: identifiant === undefined ? undefined : { user: identifiant, password: motDePasse ?? '' },
  })
  return {
    async ask(request: Uint8Array): Promise<Uint8Array> {
      const response = await client.request({
        method: 'POST',
        path: pathname + search,
        headers: { accept: 'application/timestamp-reply' },
        body: { raw: request, type: 'application/timestamp-query' },
        timeout: settings.delai * 1000,
        maxBytes: LARGEST_ANSWER,
      })
      if (response.status !== 200) {
        await response.bytes()
        throw httpFailure(response, host)
      }
      const body = await response.bytes()
      const { readResponse } = await rfc3161()
      const answer = (() => {
        try {
          return readResponse(body)
        } catch (cause) {
          throw new TemporaryError(
            `${host} a répondu autre chose qu'un jeton d'horodatage (une page d'attente, peut-être). Un nouvel essai aura lieu.`,
            { cause },
          )
        }
      })()
      if (answer.is === 'refused') throw refusal(answer)
      return answer.token
    },
  }
}
