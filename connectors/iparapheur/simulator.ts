import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import {
  at,
  childrenOf,
  readSoap,
  soapBody,
  SoapUnreadable,
  type SoapMessage,
  type SoapPart,
  type XmlElement,
} from '#core'
import {
  newSigner,
  outgoingBody,
  startSimServer,
  stepEvery,
  temporaryFiles,
  type Authority,
  type SimRequest,
  type SimResponse,
  type Simulator,
} from '#core/testing'
import { dossierResponse, element, fault, logsOf, response, returned } from './simulator-answers.ts'
import {
  advance,
  isPending,
  log,
  reject,
  slipOf,
  statusOf,
  type SimDossier,
  type SimPiece,
} from './simulator-dossier.ts'
import { wsdl } from './simulator-wsdl.ts'
import { BINARIES } from './wire.ts'

export interface IparapheurSimulatorOptions {
  readonly port?: number
  /** Folders take one step of their circuit every so many milliseconds. Left out: only on command. */
  readonly progress?: number
  /** Serves HTTPS with a certificate of this authority. */
  readonly authority?: Authority
  /** Clients must show a certificate of this authority. */
  readonly clients?: Authority
  /** Bytes of the largest request that the server in front takes. */
  readonly largest?: number
  /** Transport of the settings that the simulator gives. */
  readonly transport?: 'inline' | 'mtom'
}

export interface IparapheurSimulator extends Simulator {
  readonly dossiers: readonly SimDossier[]
  readonly circuits: Readonly<Record<string, string>>
  /** Takes the folder (the last one unless told) to the end of its circuit, signed. */
  sign(id?: string): Promise<void>
  step(id?: string): Promise<void>
  refuse(reason: string, id?: string): void
  /** Somebody adds a document in the parapheur. */
  annex(name: string, content: Uint8Array, id?: string): Promise<void>
  /** The next request of this operation is answered KO with this message, nothing done. */
  ko(operation: string, message: string): void
  /** The next answer with files stops in its middle, without the connection saying so. */
  truncateNext(): void
}

const TYPES: Readonly<Record<string, readonly string[]>> = {
  Actes: ['Délibération', 'Arrêté'],
  PES: ['Bordereaux'],
  'Marchés / Contrats': ['Avenant'],
}
/** Sub-types that want a metadata. */
const REQUIRED: Readonly<Record<string, string>> = { Avenant: 'numeroMarche' }
const ACCOUNT = { identifiant: 'passeur@demonstration', motDePasse: 'mot-de-passe-de-demonstration' }
const REFUSED =
  '<html><head><title>Apache Tomcat - Rapport d’erreur</title></head><body><h1>401 - Unauthorized</h1></body></html>'

const value = (parent: XmlElement, name: string): string => at(parent, name)?.text ?? ''

/** An i-Parapheur 4: its two paths, its types, folders that advance, archives. */
export const createSimulator = async (options: IparapheurSimulatorOptions = {}): Promise<IparapheurSimulator> => {
  const { authority, clients, largest = Infinity, transport = 'inline' } = options
  const files = await temporaryFiles()
  const signer = newSigner(authority)
  const dossiers: SimDossier[] = []
  const messages = new WeakMap<SimRequest, SoapMessage>()
  const refusals: { operation: string; message: string }[] = []
  let truncate = false

  const piecesOf = (list: XmlElement | undefined, { fileOf }: SoapMessage): SimPiece[] =>
    childrenOf(list, 'DocAnnexe').flatMap(annexe => {
      const file = fileOf(at(annexe, 'fichier'))
      return file ? [{ name: value(annexe, 'nom'), file }] : []
    })

  /** Why the parapheur would not take this folder. */
  const problemOf = ({ body, fileOf }: SoapMessage): string | undefined => {
    const [type, subtype, id] = ['TypeTechnique', 'SousType', 'DossierID'].map(name => value(body, name)) as [
      string,
      string,
      string,
    ]
    const metadata = childrenOf(at(body, 'MetaData'), 'MetaDonnee').map(each => value(each, 'nom'))
    const document = fileOf(at(body, 'DocumentPrincipal'))
    const required = REQUIRED[subtype]
    if (!TYPES[type]) return `Le type '${type}' n'existe pas`
    if (!TYPES[type].includes(subtype)) return `Le sous-type '${subtype}' n'existe pas pour le type '${type}'`
    if (!/^\w*$/u.test(id) || id.length > 600) return `DossierID invalide: ${id}`
    if (dossiers.some(each => each.id === id))
      return `Le nom de dossier est déjà présent dans le Parapheur: dossierID = ${id}`
    if (!document) return 'Le document principal est vide'
    if (document.type === 'application/xml' && !fileOf(at(body, 'VisuelPDF')))
      return 'Le visuel PDF est obligatoire pour un document XML'
    if (required !== undefined && !metadata.includes(required))
      return `La métadonnée obligatoire ${required} est absente`
    if (value(body, 'DossierTitre').length > 255) return 'DossierTitre trop long'
    return undefined
  }

  const create = (message: SoapMessage): readonly SoapPart[] => {
    const { body, fileOf } = message
    const problem = problemOf(message)
    const file = fileOf(at(body, 'DocumentPrincipal'))
    if (problem !== undefined || !file) return response('CreerDossier', returned('KO', problem ?? ''))
    const given = value(body, 'DossierID')
    const id = given || `simule_${dossiers.length + 1}`
    dossiers.push({
      id,
      title: value(body, 'DossierTitre'),
      type: value(body, 'TypeTechnique'),
      subtype: value(body, 'SousType'),
      document: { name: value(body, 'NomDocPrincipal'), file },
      primo: fileOf(at(body, 'SignatureDocPrincipal')),
      visual: fileOf(at(body, 'VisuelPDF')),
      others: piecesOf(at(body, 'DocumentsSupplementaires'), message),
      annexes: piecesOf(at(body, 'DocumentsAnnexes'), message),
      metadata: Object.fromEntries(
        childrenOf(at(body, 'MetaData'), 'MetaDonnee').map(each => [value(each, 'nom'), value(each, 'valeur')]),
      ),
      xpath: value(body, 'XPathPourSignatureXML') || undefined,
      publicAnnotation: value(body, 'AnnotationPublique'),
      privateAnnotation: value(body, 'AnnotationPrivee'),
      visibility: value(body, 'Visibilite'),
      deadline: value(body, 'DateLimite') || undefined,
      logs: [log('NonLu', 'Direction générale', new Date(), value(body, 'AnnotationPublique'))],
    })
    const accepted = returned('OK', `Dossier ${id} soumis dans le circuit`)
    return response('CreerDossier', accepted, ...(given ? [] : [element('DossierID', id)]))
  }

  const remove = (operation: string, dossier: SimDossier, isAllowed: boolean): readonly SoapPart[] => {
    if (!isAllowed) return response(operation, returned('KO', `Le dossier ${dossier.id} n'est pas dans l'état attendu`))
    dossiers.splice(dossiers.indexOf(dossier), 1)
    return response(operation, returned('OK', `Dossier ${dossier.id} supprimé du Parapheur.`))
  }

  const onDossier = async (operation: string, id: string): Promise<readonly SoapPart[]> => {
    const dossier = dossiers.find(each => each.id === id)
    if (!dossier) return response(operation, returned('KO', `Le dossier ${id} est inconnu dans le Parapheur.`))
    const status = statusOf(dossier)
    switch (operation) {
      case 'GetHistoDossier':
        return response(operation, returned('OK', ''), logsOf(dossier))
      case 'GetDossier':
        return dossierResponse(dossier, await slipOf(dossier, files))
      case 'ArchiverDossier':
        return remove(operation, dossier, status === 'Archive')
      default:
        return remove(operation, dossier, status.startsWith('Rejet'))
    }
  }

  const search = (body: XmlElement): readonly SoapPart[] => {
    const ids = childrenOf(body, 'DossierID').map(({ text }) => text)
    const isFound = (dossier: SimDossier) =>
      (!value(body, 'TypeTechnique') || value(body, 'TypeTechnique') === dossier.type) &&
      (!value(body, 'SousType') || value(body, 'SousType') === dossier.subtype) &&
      (!value(body, 'Status') || value(body, 'Status') === statusOf(dossier)) &&
      (ids.length === 0 || ids.includes(dossier.id))
    const lines = dossiers.filter(isFound).map(dossier => {
      const last = dossier.logs.at(-1)
      return `<LogDossier>${element('timestamp', last?.timestamp ?? '')}${element('nom', dossier.id)}${element('status', last?.status ?? '')}${element('annotation', last?.annotation ?? '')}${element('accessible', 'OK')}</LogDossier>`
    })
    return response('RechercherDossiers', ...lines)
  }

  const perform = async (message: SoapMessage): Promise<readonly SoapPart[]> => {
    const { body } = message
    const operation = body.name.replace(/Request$/u, '')
    const refusal = refusals.findIndex(each => each.operation === operation)
    if (refusal !== -1) {
      const [{ message: said } = { message: '' }] = refusals.splice(refusal, 1)
      return response(operation, returned('KO', said))
    }
    switch (operation) {
      case 'echo':
        return [`<echoResponse xmlns="${body.namespace}">[${body.text}] m'a dit: ${body.text}</echoResponse>`]
      case 'GetListeTypes':
        return response(operation, ...Object.keys(TYPES).map(type => element('TypeTechnique', type)))
      case 'GetListeSousTypes':
        return response(operation, ...(TYPES[body.text] ?? []).map(type => element('SousType', type)))
      case 'CreerDossier':
        return create(message)
      case 'RechercherDossiers':
        return search(body)
      case 'GetHistoDossier':
      case 'GetDossier':
      case 'EffacerDossierRejete':
        return onDossier(operation, body.text)
      case 'ArchiverDossier':
        return onDossier(operation, value(body, 'DossierID'))
      default:
        return [fault('Client', `No endpoint mapping found for [${body.name}]`)]
    }
  }

  const written = async (parts: readonly SoapPart[], mtom: boolean): Promise<SimResponse> => {
    const holdsFiles = parts.some(part => typeof part !== 'string')
    const body = outgoingBody(soapBody(parts, mtom && holdsFiles ? 'mtom' : 'inline'), files)
    const content = body?.content instanceof Readable ? body.content : Readable.from([body?.content ?? Buffer.alloc(0)])
    const isFault = parts.some(part => typeof part === 'string' && part.startsWith('<SOAP-ENV:Fault'))
    const answer = { status: isFault ? 500 : 200, headers: { 'content-type': body?.type ?? '' } }
    if (!truncate || !holdsFiles) return { ...answer, body: content }
    truncate = false
    const whole = await buffer(content)
    return { ...answer, body: whole.subarray(0, Math.floor(whole.length / 2)) }
  }

  const expected = `Basic ${Buffer.from(`${ACCOUNT.identifiant}:${ACCOUNT.motDePasse}`).toString('base64')}`
  const handler = async (request: SimRequest): Promise<SimResponse> => {
    const { method, path, query, headers } = request
    if (path !== '/ws-iparapheur' && path !== '/ws-iparapheur-no-mtom')
      return { status: 404, body: REFUSED.replaceAll('401', '404') }
    if (headers['authorization'] !== expected)
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="i-Parapheur"' }, body: REFUSED }
    if (method === 'GET' && query.has('wsdl'))
      return { headers: { 'content-type': 'text/xml' }, body: wsdl(`${server.url}${path}`) }
    if (path.endsWith('no-mtom') && headers['content-type']?.startsWith('multipart/')) return { status: 415 }
    if ((request.bodyFile?.size ?? 0) > largest) return { status: 413 }
    const message = messages.get(request)
    return written(
      message ? await perform(message) : [fault('Client', 'Unmarshalling Error')],
      path === '/ws-iparapheur',
    )
  }

  /** Requests all go to the same address: the operation is what tells one fault from another. */
  const named = async (request: SimRequest): Promise<string> => {
    const { bodyFile } = request
    const line = `${request.method} ${request.path}`
    if (request.method !== 'POST' || !bodyFile) return line
    const content = { headers: request.headers, stream: () => createReadStream(bodyFile.path) }
    const message = await readSoap(content, {
      files,
      binaries: new Set([...BINARIES, 'DocumentPrincipal']),
    }).catch((error: unknown) => {
      if (error instanceof SoapUnreadable) return undefined
      throw error
    })
    if (!message) return line
    messages.set(request, message)
    return `${line} ${message.body.name.replace(/Request$/u, '')}`
  }

  const server = await startSimServer({
    handler,
    named,
    bodies: 'disk',
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(authority
      ? { tls: { ...authority.issueServer(), ...(clients ? { clientAuthority: clients.certificate } : {}) } }
      : {}),
  })

  const chosen = (id: string | undefined): SimDossier => {
    const dossier = id === undefined ? dossiers.at(-1) : dossiers.find(each => each.id === id)
    if (!dossier) throw new Error(`No folder ${id ?? 'at all'} in the simulator.`)
    return dossier
  }
  const stepOf = (dossier: SimDossier) => advance(dossier, { files, signer, at: new Date() })
  const stop = stepEvery(options.progress, async () => {
    for (const dossier of dossiers.filter(isPending)) await stepOf(dossier)
  })

  return {
    url: server.url,
    config: {
      adresse: `${server.url}/ws-iparapheur?wsdl`,
      ...ACCOUNT,
      transport,
      ...(authority ? { autorite: Buffer.from(authority.certificate) } : {}),
    },
    faults: server.faults,
    dossiers,
    circuits: Object.fromEntries(
      Object.entries(TYPES).flatMap(([type, subtypes]) =>
        subtypes.map(subtype => [`${type.replaceAll('/', '%2F')}/${subtype}`, `${type} / ${subtype}`]),
      ),
    ),
    count: kind => (kind === 'dossier' ? dossiers.length : 0),
    sign: async id => {
      const dossier = chosen(id)
      while (isPending(dossier)) await stepOf(dossier)
    },
    step: id => stepOf(chosen(id)),
    refuse: (reason, id) => reject(chosen(id), reason, new Date()),
    annex: async (name, content, id) => void chosen(id).annexes.push({ name, file: await files.save(content, name) }),
    ko: (operation, message) => void refusals.push({ operation, message }),
    truncateNext: () => {
      truncate = true
    },
    close: async () => {
      stop()
      await server.close()
      await files[Symbol.asyncDispose]()
    },
  }
}
