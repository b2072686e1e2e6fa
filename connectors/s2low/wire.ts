import {
  at,
  ConfigurationError,
  parseXml,
  PermanentError,
  TemporaryError,
  toLatin1,
  type Http,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  type XmlElement,
} from '#core'

/** S²LOW speaks ISO-8859-1 without always saying so. */
export const CHARSET = 'iso-8859-1'
const LONG = 300_000
const VERDICT = /^\s*(OK|KO)\b(?:[ \t]*:)?\s*([\s\S]*)$/u

type Parts = Extract<HttpRequest['body'], { parts: unknown }>['parts']

export interface S2lowSettings {
  readonly url: string
  readonly certificat: Uint8Array
  readonly certificatMotDePasse?: string | undefined
  readonly login?: string | undefined
  readonly motDePasse?: string | undefined
  readonly autorite?: Uint8Array | undefined
}

/** Answer of an `OK`/`KO` call: the lines that follow, or the reason of the refusal. */
export type Answer =
  { readonly is: 'ok'; readonly lines: readonly string[] } | { readonly is: 'ko'; readonly reason: string }

const s2lowClient = (http: Http, settings: S2lowSettings): HttpClient =>
  http.client({
    baseUrl: settings.url,
    tls: { pfx: settings.certificat, passphrase: settings.certificatMotDePasse ?? '', ca: settings.autorite },
    basic: settings.login ? { user: toLatin1(settings.login), password: settings.motDePasse ?? '' } : undefined,
  })

const loginPage = () =>
  new ConfigurationError(
    "S²LOW ne reconnaît pas le compte : il renvoie vers sa page de connexion. Vérifiez le certificat et, si plusieurs comptes le partagent, l'identifiant et le mot de passe.",
  )

const strange = (cause?: unknown) =>
  new TemporaryError(
    'S²LOW a répondu autre chose que ce qui était attendu (page de maintenance ?). Un nouvel essai aura lieu.',
    { cause },
  )

/** What a status other than 200 means. Redirections are the errors of S²LOW: towards its login page, or elsewhere. */
const failureOf = (response: HttpResponse): Error => {
  const { status } = response
  if (status >= 300 && status < 400) {
    const location = response.headers['location'] ?? ''
    return /maintenance|indisponible/iu.test(location)
      ? new TemporaryError('S²LOW est en maintenance. Un nouvel essai aura lieu.')
      : loginPage()
  }
  if (status === 413)
    return new PermanentError('Les fichiers dépassent la taille acceptée par S²LOW. Réduisez-les, puis renvoyez.')
  if (status === 404)
    return new ConfigurationError(
      "Cette adresse n'est pas celle d'un S²LOW. Corrigez-la dans les réglages du connecteur.",
    )
  if ([400, 401, 403, 495, 496].includes(status))
    return new ConfigurationError(
      `S²LOW refuse notre certificat ou notre identifiant (réponse ${status}). Vérifiez-les dans les réglages du connecteur et auprès de l'opérateur.`,
    )
  return new TemporaryError(`S²LOW est momentanément indisponible (réponse ${status}). Un nouvel essai aura lieu.`)
}

/** Words of a `KO` that speak of our account, and those that speak of the platform rather than of the acte. */
const ACCOUNT = /authentification|acc[èe]s (?:refus|interdit)|certificat RGS|mode « papier »/iu
const PLATFORM = /verrou|lock|indisponible|maintenance|momentan|r[ée]essay|initialisation du module/iu

/** @throws ConfigurationError or TemporaryError when the refusal is not about the acte itself */
const judged = (reason: string): string => {
  const said = reason
    .replace(/<br\s*\/?>/giu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
  if (ACCOUNT.test(said)) throw new ConfigurationError(`S²LOW refuse l'opération à ce compte : ${said}`)
  if (PLATFORM.test(said)) throw new TemporaryError(`S²LOW ne peut pas répondre pour le moment : ${said}`)
  return said || 'S²LOW a refusé sans donner de motif.'
}

/** Reads `OK\n…` and `KO\n…` (or `KO : …`); anything else is not S²LOW speaking. */
export const readAnswer = (text: string): Answer => {
  const [, verdict, rest = ''] = VERDICT.exec(text) ?? []
  if (verdict === 'OK') return { is: 'ok', lines: rest.split(/\r?\n/u).map(line => line.trim()) }
  if (verdict === 'KO') return { is: 'ko', reason: judged(rest) }
  throw strange(text.slice(0, 200))
}

/** Answer of a HELIOS call: its XML, or the reason of the refusal. */
export type XmlAnswer =
  { readonly is: 'ok'; readonly root: XmlElement } | { readonly is: 'ko'; readonly reason: string }

/** What an XML answer says: `resultat`, or a plain `KO` when it was refused before HELIOS saw it. `undefined`: nothing of ours. */
const xmlVerdict = (text: string): XmlAnswer | undefined => {
  const [, plain, reason = ''] = VERDICT.exec(text) ?? []
  if (plain) return plain === 'KO' ? { is: 'ko', reason } : undefined
  try {
    const root = parseXml(text.trim())
    const told = (name: string) => at(root, name)?.text ?? ''
    const [, verdict, rest = ''] = VERDICT.exec(told('resultat')) ?? []
    if (verdict === 'OK') return { is: 'ok', root }
    return verdict === 'KO' ? { is: 'ko', reason: told('message') || rest } : undefined
  } catch {
    // Not XML: a page of something else, which the caller calls strange.
    return undefined
  }
}

/** @throws as `readAnswer` does */
export const readXmlAnswer = (text: string): XmlAnswer => {
  const answer = xmlVerdict(text)
  if (!answer) throw strange(text.slice(0, 200))
  return answer.is === 'ko' ? { is: 'ko', reason: judged(answer.reason) } : answer
}

/** An answer came back, but not one that says what was done: it must be looked for before anything is sent again. */
const inDoubt = (error: Error): Error =>
  error instanceof TemporaryError ? new TemporaryError(error.message, { maybeSent: true, cause: error.cause }) : error

/** The calls of S²LOW, in the three shapes of their answers. */
export const s2lowWire = (http: Http, settings: S2lowSettings) => {
  const client = s2lowClient(http, settings)

  const call = async (request: HttpRequest): Promise<HttpResponse> => {
    const response = await client.request(request)
    if (response.status !== 200) throw failureOf(response)
    return response
  }

  const text = async (request: HttpRequest): Promise<string> => {
    const read = await (await call(request)).text(CHARSET)
    if (read.trim() === '') throw strange('empty')
    return read
  }

  const posted = async (request: HttpRequest, parts: Parts): Promise<string> => {
    const body = { parts, charset: 'latin1' } as const
    const response = await client.request({ ...request, method: 'POST', body, timeout: LONG })
    if (response.status !== 200) throw inDoubt(failureOf(response))
    return response.text(CHARSET)
  }

  return {
    /** Reading, `OK`/`KO`. */
    ask: async (path: string, query: NonNullable<HttpRequest['query']> = {}): Promise<Answer> =>
      readAnswer(await text({ path, query })),
    /** Reading where nothing is an answer too. */
    maybeEmpty: async (path: string, query: NonNullable<HttpRequest['query']>): Promise<string> =>
      (await call({ path, query })).text(CHARSET),
    /** Reading, raw: what begins with `KO` is a refusal all the same. */
    bytes: async (path: string, query: NonNullable<HttpRequest['query']> = {}): Promise<Uint8Array> => {
      const read = await (await call({ path, query })).bytes()
      if (read.length === 0) throw strange('empty')
      return read
    },
    /** JSON is in UTF-8, unlike all the rest; its refusals are `KO` in ISO-8859-1. */
    json: async <T>(path: string, query: NonNullable<HttpRequest['query']> = {}): Promise<T> => {
      const read = await (await call({ path, query })).bytes()
      try {
        return JSON.parse(new TextDecoder().decode(read)) as T
      } catch (cause) {
        const answer = readAnswer(new TextDecoder(CHARSET).decode(read))
        throw answer.is === 'ko' ? new PermanentError(`S²LOW refuse : ${answer.reason}`) : strange(cause)
      }
    },
    /** Reading, XML of HELIOS. */
    xml: async (path: string, query: NonNullable<HttpRequest['query']> = {}): Promise<XmlAnswer> =>
      readXmlAnswer(await text({ path, query })),
    /** A call that changes something there: every doubtful answer says so. */
    post: async (path: string, parts: Parts, query: NonNullable<HttpRequest['query']> = {}): Promise<Answer> => {
      const read = await posted({ path, query }, parts)
      if (!VERDICT.test(read)) throw inDoubt(strange(read.slice(0, 200)))
      return readAnswer(read)
    },
    /** The same, answered in XML. */
    postXml: async (path: string, parts: Parts): Promise<XmlAnswer> => {
      const read = await posted({ path }, parts)
      // A refusal in so many words is certain; only what cannot be understood leaves a doubt.
      if (!xmlVerdict(read)) throw inDoubt(strange(read.slice(0, 200)))
      return readXmlAnswer(read)
    },
    /**
     * A file of a transaction. S²LOW redirects when it has none to give, and to the envelope when a letter is asked for.
     */
    download: async (path: string, query: NonNullable<HttpRequest['query']>): Promise<HttpResponse> => {
      const response = await client.request({ path, query, timeout: LONG })
      if (response.status === 200) return response
      const location = response.headers['location'] ?? ''
      const envelope = /actes_download_file\.php\?env=(\d+)/u.exec(location)?.[1]
      if (envelope)
        return call({ path: '/modules/actes/actes_download_file.php', query: { env: envelope }, timeout: LONG })
      if (response.status >= 300 && response.status < 400 && !/connexion|login/iu.test(location))
        throw new TemporaryError("S²LOW n'a pas pu donner le fichier demandé. Un nouvel essai aura lieu.")
      throw failureOf(response)
    },
  }
}

export type S2lowWire = ReturnType<typeof s2lowWire>
