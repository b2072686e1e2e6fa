import {
  at,
  ConfigurationError,
  faultIn,
  PermanentError,
  readSoap,
  soapBody,
  SoapUnreadable,
  TemporaryError,
  type Clock,
  type FileRef,
  type Files,
  type Http,
  type HttpResponse,
  type SoapMessage,
  type SoapPart,
  type XmlElement,
} from '#core'
import type { IparapheurSettings } from './fields.ts'

export const NAMESPACE = 'http://www.adullact.org/spring-ws/iparapheur/1.0'
/** Elements whose text is a file. */
export const BINARIES: ReadonlySet<string> = new Set([
  'DocPrincipal',
  'FichierPES',
  'VisuelPDF',
  'SignatureDocPrincipal',
  'fichier',
  'signature',
])

export interface Answer {
  readonly body: XmlElement
  /** `MessageRetour`; an answer that has none is a success. */
  readonly ok: boolean
  readonly message: string
  fileOf(element: XmlElement | undefined): FileRef | undefined
}

/** Creating a large folder, or giving it back, takes the parapheur minutes. */
const LONG = 600_000
const SHORT = 60_000
/** How long a refusal is put on the account of a restart, when the same settings worked before. */
const RESTART = 15 * 60_000

/** Where to send requests: the two known paths follow the transport, any other (a bridge, a proxy) is taken as it is. */
export const endpointOf = ({ adresse, transport }: Pick<IparapheurSettings, 'adresse' | 'transport'>): string => {
  const url = URL.canParse(adresse) ? new URL(adresse) : undefined
  if (!url)
    throw new ConfigurationError(
      `« ${adresse} » n'est pas une adresse web : écrire par exemple « https://parapheur.ma-ville.fr/ws-iparapheur ».`,
    )
  url.search = url.hash = ''
  const path = url.pathname.replace(/\/+$/u, '')
  const before = path === '' ? '' : /^(.*)\/ws-iparapheur(?:-no-mtom)?$/u.exec(path)?.[1]
  if (before !== undefined) url.pathname = `${before}/ws-iparapheur${transport === 'mtom' ? '' : '-no-mtom'}`
  return url.toString()
}

const withoutDoubt = (error: unknown): unknown =>
  error instanceof TemporaryError && error.maybeSent ? new TemporaryError(error.message, { cause: error }) : error

/** The SOAP service of the i-Parapheur: one door for every operation, and the meaning of what goes wrong. */
export const iparapheurWire = (
  http: Http,
  { files, clock }: { files: Files; clock: Clock },
  settings: IparapheurSettings,
) => {
  const { identifiant, motDePasse, certificat, certificatMotDePasse, autorite, transport } = settings
  const client = () =>
    http.client({
      baseUrl: endpointOf(settings),
      basic: { user: identifiant, password: motDePasse },
      ...(certificat || autorite ? { tls: { pfx: certificat, passphrase: certificatMotDePasse, ca: autorite } } : {}),
    })
  let held: ReturnType<typeof client> | undefined
  let accepted: number | undefined

  /** The same settings worked a moment ago: a parapheur that restarts refuses everybody, or has no service yet. */
  const refusal = (sentence: string): Error =>
    accepted !== undefined && clock.now().getTime() - accepted < RESTART
      ? new TemporaryError(`${sentence} Il acceptait ces réglages il y a peu : un nouvel essai aura lieu.`)
      : new ConfigurationError(`${sentence} Corrigez les réglages du connecteur.`)

  const read = async (response: HttpResponse, maybeSent: boolean): Promise<SoapMessage> => {
    try {
      return await readSoap(response, { files, binaries: BINARIES })
    } catch (cause) {
      if (!(cause instanceof SoapUnreadable)) throw cause
      const said =
        response.status === 200
          ? 'a répondu autre chose que ce qui était attendu'
          : `répond par une erreur ${response.status}`
      throw new TemporaryError(`Le parapheur ${said}. Un nouvel essai aura lieu.`, { maybeSent, cause })
    }
  }

  const assertReached = async (response: HttpResponse): Promise<void> => {
    const { status, headers } = response
    if (status === 401)
      throw refusal(`Le parapheur refuse l'identifiant ou le mot de passe du compte « ${identifiant} ».`)
    if (status === 403) throw refusal(`Le parapheur interdit ce service au compte « ${identifiant} » (réponse 403).`)
    if (status === 404 || status === 405)
      throw refusal(`Le service web n'est pas à l'adresse ${endpointOf(settings)} (réponse ${status}).`)
    if (status >= 300 && status < 400)
      throw new ConfigurationError(
        `Le parapheur renvoie vers une autre adresse (${headers['location'] ?? 'non précisée'}). Corrigez l'adresse dans les réglages du connecteur.`,
      )
    if (status === 413)
      throw new PermanentError(
        'Le parapheur refuse le dossier parce que ses fichiers sont trop volumineux. Réduisez-les, ou demandez à son exploitant de relever la limite.',
      )
    if (status === 408 || status === 429)
      throw new TemporaryError(`Le parapheur est surchargé (réponse ${status}). Un nouvel essai aura lieu.`)
    // What the web server in front of the parapheur says of a certificate that it wanted.
    if ([400, 495, 496].includes(status) && /ssl certificate/iu.test(await response.text()))
      throw refusal(
        'Le parapheur exige un certificat client qui ne lui a pas été présenté, ou refuse celui des réglages.',
      )
    if (status >= 400 && status < 500) throw new PermanentError(`Le parapheur refuse la demande (réponse ${status}).`)
  }

  const call = async (
    request: readonly SoapPart[],
    { maybeSent, timeout }: { maybeSent: boolean; timeout: number },
  ) => {
    held ??= client()
    const response = await held.request({
      method: 'POST',
      path: '',
      headers: { soapaction: '""', accept: 'text/xml, multipart/related' },
      body: soapBody(request, transport),
      timeout,
    })
    await assertReached(response)
    const message = await read(response, maybeSent)
    const fault = faultIn(message)
    if (fault && /^(?:Client|Sender)/u.test(fault.code))
      throw new PermanentError(`Le parapheur ne comprend pas la demande : ${fault.reason || 'sans motif'}.`)
    if (fault || response.status >= 500)
      throw new TemporaryError(
        `Le parapheur est en erreur (${fault?.reason || `réponse ${response.status}`}). Un nouvel essai aura lieu.`,
        { maybeSent },
      )
    accepted = clock.now().getTime()
    const returned = at(message.body, 'MessageRetour')
    return {
      body: message.body,
      ok: at(returned, 'codeRetour')?.text !== 'KO',
      message: at(returned, 'message')?.text ?? '',
      fileOf: message.fileOf,
    } satisfies Answer
  }

  const question = (request: readonly SoapPart[], timeout: number): Promise<Answer> =>
    call(request, { maybeSent: false, timeout }).catch((error: unknown) => {
      throw withoutDoubt(error)
    })

  return {
    /** A question, without any effect: whatever happens, nothing was sent. */
    ask: (request: readonly SoapPart[]): Promise<Answer> => question(request, SHORT),
    /** A question whose answer holds files. */
    fetch: (request: readonly SoapPart[]): Promise<Answer> => question(request, LONG),
    /** A request with an effect. @throws TemporaryError `maybeSent` whenever it may have taken place */
    tell: (request: readonly SoapPart[]): Promise<Answer> => call(request, { maybeSent: true, timeout: LONG }),
  }
}

export type IparapheurWire = ReturnType<typeof iparapheurWire>
