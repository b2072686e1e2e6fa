import { ConfigurationError, PermanentError, TemporaryError } from '../../authoring/errors.ts'
import type { Http, HttpClient, HttpResponse } from '../../connectors/http.ts'
import { isLostConnection } from '../../connectors/http-client-failure.ts'

/** Who we are for FAST: a certificate, and perhaps an authority of our own for theirs. */
export interface FastAccess {
  readonly certificat: Uint8Array
  readonly certificatMotDePasse?: string | undefined
  readonly autorite?: Uint8Array | undefined
}

/** What the web server in front of FAST says of our certificate or of its rights. A 400 means that only when it says so. */
const refusesUs = async (response: HttpResponse): Promise<boolean> =>
  [401, 403, 495, 496].includes(response.status) ||
  (response.status === 400 && /ssl certificate/iu.test(await response.text()))

/** A question whose connection was closed meanwhile by the server is asked once more: questions in SOAP and PROPFIND change nothing. */
export const askedAgain = async <T>(question: () => Promise<T>): Promise<T> => {
  try {
    return await question()
  } catch (error) {
    if (!isLostConnection(error)) throw error
    return question()
  }
}

/** The doors of FAST (SOAP, REST and WebDAV alike): the same certificate, the same refusals, whatever is asked. */
export const fastClient = (http: Http, baseUrl: string, access: FastAccess): HttpClient => {
  const { certificat: pfx, certificatMotDePasse: passphrase, autorite: ca } = access
  const client = http.client({ baseUrl, tls: { pfx, passphrase, ca } })
  return {
    async request(request) {
      const attempt = () => client.request(request)
      const response = await (request.method === 'PROPFIND' ? askedAgain(attempt) : attempt())
      if (await refusesUs(response))
        throw new ConfigurationError(
          `FAST refuse notre certificat ou nos droits (réponse ${response.status}). Vérifiez le certificat et le numéro d'abonnement dans les réglages du connecteur, puis auprès de Docaposte.`,
        )
      return response
    },
  }
}

/** What an answer other than a success means. `maybeSent`: the request has an effect there, and may have had it. */
export const fastFailure = (
  { status, headers }: Pick<HttpResponse, 'status' | 'headers'>,
  maybeSent: boolean,
): Error => {
  if (status >= 300 && status < 400)
    return new ConfigurationError(
      `FAST renvoie vers une autre adresse (${headers['location'] ?? 'non précisée'}). Corrigez l'adresse dans les réglages du connecteur.`,
    )
  if (status === 404 || status === 405)
    return new ConfigurationError(
      `Le service demandé n'est pas à cette adresse (réponse ${status}). Corrigez l'adresse de FAST dans les réglages du connecteur.`,
    )
  if (status === 413)
    return new PermanentError(
      'FAST refuse les fichiers parce qu’ils sont trop volumineux. Réduisez-les, ou demandez à Docaposte de relever la limite.',
    )
  if (status === 408 || status === 429)
    return new TemporaryError(`FAST est surchargé (réponse ${status}). Un nouvel essai aura lieu.`)
  if (status >= 400 && status < 500) return new PermanentError(`FAST refuse la demande (réponse ${status}).`)
  return new TemporaryError(
    status >= 500
      ? `FAST est momentanément indisponible (réponse ${status}). Un nouvel essai aura lieu.`
      : `FAST a répondu autre chose que ce qui était attendu (réponse ${status}). Un nouvel essai aura lieu.`,
    { maybeSent },
  )
}
