import { createReadStream } from 'node:fs'
import {
  createAuthority,
  simDocuments,
  simIdentity,
  simSoap,
  startSimServer,
  stepEvery,
  temporaryFiles,
  type Authority,
  type SimDocument,
  type SimRequest,
  type SimResponse,
  type Simulator,
} from '#core/testing'
import { DOCUMENTS_PATH } from '#core'
import { sheetOf, signedContent } from './simulator-signing.ts'

export interface FastParapheurSimulatorOptions {
  readonly port?: number
  /** Documents take one step of their circuit every so many milliseconds. Left out: only on command. */
  readonly progress?: number
  /** Issues the certificates of the server and of its clients; a new one unless given. */
  readonly authority?: Authority
  /** Every PDF of a zip is signed, and not only the first file. */
  readonly signsAnnexes?: true
}

export interface FastParapheurSimulator extends Simulator {
  readonly documents: readonly SimDocument[]
  /** What came with the documents sent on the fly: the text fields of the form, in order. */
  readonly onDemand: readonly Readonly<Record<string, string>>[]
  /** One more step of the circuit (the last document unless told). */
  step(id?: string): Promise<void>
  /** To the end of its circuit, signed. */
  sign(id?: string): Promise<void>
  refuse(reason: string, id?: string): Promise<void>
  /** A line of history that the circuit does not know. */
  push(state: string, id?: string): void
  /** The next request of this operation ends in a fault of the server. */
  fault(operation: string, reason: string, when?: 'before' | 'after'): void
}

const SIREN = '000000000'
const CIRCUITS = { '12': 'Visa puis signature de la maire', '15': 'Bordereaux & PES' }
/** The states of a document that nobody refuses. */
const STEPS: readonly (readonly [state: string, user: string])[] = [
  ['Préparé', 'Passeur'],
  ['Visa approuvé', 'Dominique SERVICES'],
  ['Signé', 'Camille MAIRE'],
  ['Classé', ''],
]
const REFUSED = 'Refusé'

/** FAST-Parapheur: the SOAP service of documents, the REST upload on the fly, circuits that advance. */
export const createSimulator = async (options: FastParapheurSimulatorOptions = {}): Promise<FastParapheurSimulator> => {
  const authority = options.authority ?? createAuthority()
  const identity = simIdentity(authority)
  const files = await temporaryFiles()
  const part = simDocuments({ files, siren: SIREN, circuits: CIRCUITS })
  const soap = simSoap(files, { [DOCUMENTS_PATH]: part.service })
  const onDemand: Readonly<Record<string, string>>[] = []

  const error = (errorCode: string, userFriendlyMessage: string): SimResponse => ({
    status: 400,
    json: { errorCode, userFriendlyMessage, developerMessage: `${errorCode} (simulateur)` },
  })

  /** The REST service: a circuit of its own for this document. */
  const upload = async (request: SimRequest): Promise<SimResponse> => {
    const doc = request.files.find(({ field }) => field === 'doc')
    const circuit = request.field('circuit') ?? ''
    if (!doc) return error('DOC_MISSING', 'Le document est absent')
    const known = /"type":"BUREAUTIQUE_(?:PDF|XML)"/u.test(circuit)
    if (!known) return error('CIRCUIT_INVALID', 'Le type de circuit est inconnu')
    const file = await files.save(createReadStream(doc.path), doc.filename)
    onDemand.push(Object.fromEntries(request.fields.map(({ name, value }) => [name, value])))
    const added = part.add({ circuit, label: doc.filename, comment: '', filename: doc.filename, file })
    return { body: added.id, headers: { 'content-type': 'text/plain' } }
  }

  const server = await startSimServer({
    ...(options.port === undefined ? {} : { port: options.port }),
    bodies: 'disk',
    tls: { ...identity.server, clientAuthority: authority.certificate },
    named: request => soap.named(request),
    handler: async request => {
      const answered = await soap.answer(request, server.url)
      if (answered) return answered
      const ours = request.path === `/parapheur-ws/rest/v1//documents/ondemand/${SIREN}/upload`
      return ours && request.method === 'POST' ? upload(request) : { status: 404 }
    },
  })

  const isOver = ({ events }: SimDocument): boolean => ['Classé', REFUSED].includes(events.at(-1)?.state ?? '')
  const stepOf = async (document: SimDocument): Promise<void> => {
    const next = STEPS[document.events.length]
    if (!next || isOver(document)) return
    if (next[0] === 'Signé')
      document.result = await signedContent(document.file, files, options.signsAnnexes ? Infinity : 1)
    part.push(document, ...next)
    document.slip = await sheetOf(document, files)
  }
  const stop = stepEvery(options.progress, async () => {
    for (const document of part.documents) await stepOf(document)
  })

  return {
    url: server.url,
    config: {
      adresse: `${server.url}${DOCUMENTS_PATH}?wsdl`,
      abonnement: SIREN,
      certificat: identity.client.pfx,
      certificatMotDePasse: identity.client.passphrase,
      autorite: Buffer.from(authority.certificate),
    },
    faults: server.faults,
    documents: part.documents,
    onDemand,
    count: kind => (kind === 'document' ? part.documents.length : 0),
    step: id => stepOf(part.chosen(id)),
    sign: async id => {
      const document = part.chosen(id)
      while (!isOver(document)) await stepOf(document)
    },
    refuse: async (reason, id) => {
      const document = part.chosen(id)
      part.push(document, REFUSED, 'Camille MAIRE')
      document.slip = await sheetOf(document, files, reason)
    },
    push: (state, id) => part.push(part.chosen(id), state),
    fault: soap.fault,
    close: async () => {
      stop()
      await server.close()
      await files[Symbol.asyncDispose]()
    },
  }
}
