import { DOCUMENTS_PATH } from '#core'
import {
  createAuthority,
  simIdentity,
  simSoap,
  startSimServer,
  stepEvery,
  temporaryFiles,
  type Authority,
  type SimDocument,
  type Simulator,
} from '#core/testing'
import { simActes, type SimTransaction } from './simulator-actes.ts'
import { simDepot } from './simulator-depot.ts'
import { simHelios, type Verdict } from './simulator-helios.ts'
import { classificationMessage } from './simulator-messages.ts'

export interface FastTdtSimulatorOptions {
  readonly port?: number
  /** Actes and PES go one step further every so many milliseconds. Left out: only on command. */
  readonly progress?: number
  /** Issues the certificates of the server and of its clients; a new one unless given. */
  readonly authority?: Authority
  /** FAST leaves in its folder the files that it accepts, instead of taking them away. */
  readonly keeps?: true
}

export interface FastTdtSimulator extends Simulator {
  /** Names in the WebDAV folder. */
  readonly names: readonly string[]
  /** FAST lays a file in the folder. */
  lay(name: string, content: Uint8Array): void
  readonly transactions: readonly SimTransaction[]
  readonly documents: readonly SimDocument[]
  /** The préfecture acknowledges the last acte or cancellation. */
  acknowledge(): Promise<void>
  /** The préfecture refuses the last acte. */
  fail(detail: string): void
  /** The treasury answers to a PES (the last one unless told). */
  answer(verdict?: Verdict, id?: string): Promise<void>
  /** FAST gives up on a PES; it never says why. */
  failPes(id?: string): void
  push(state: string, id?: string): void
  /** The next request of this operation ends in a fault of the server. */
  fault(operation: string, reason: string, when?: 'before' | 'after'): void
}

export const SIREN = '000000000'
export const DEPARTMENT = '034'
const PREFIX = 'PASSEUR'
const USER = 'CN=Camille MAIRE,O=Ville de démonstration,C=FR'

/** FAST: the WebDAV folder of actes and its service, the service of documents for accounting flows. */
export const createSimulator = async (options: FastTdtSimulatorOptions = {}): Promise<FastTdtSimulator> => {
  const authority = options.authority ?? createAuthority()
  const identity = simIdentity(authority)
  const files = await temporaryFiles()
  const depot = simDepot(`/ascl/webdav/${SIREN}/${PREFIX}`)
  const actes = simActes({ siren: SIREN, department: DEPARTMENT, user: USER, depot, keeps: options.keeps === true })
  const helios = simHelios(files, SIREN)
  const soap = simSoap(files, { '/ascl/services/FASTConnecteur': actes.service, [DOCUMENTS_PATH]: helios.service })
  depot.held.set(`${DEPARTMENT}-${SIREN}-20260101-7-2_1.xml`, { bytes: classificationMessage('2026-01-01') })

  const server = await startSimServer({
    ...(options.port === undefined ? {} : { port: options.port }),
    bodies: 'disk',
    tls: { ...identity.server, clientAuthority: authority.certificate },
    named: request => soap.named(request),
    handler: async request =>
      (await soap.answer(request, server.url)) ?? (await depot.answer(request)) ?? { status: 404 },
  })

  const stop = stepEvery(options.progress, async () => {
    await actes.step()
    await helios.step()
  })

  return {
    url: server.url,
    config: {
      adresse: `${server.url}/ascl`,
      abonnement: SIREN,
      certificat: identity.client.pfx,
      certificatMotDePasse: identity.client.passphrase,
      autorite: Buffer.from(authority.certificate),
      departement: DEPARTMENT,
      prefixe: PREFIX,
      utilisateur: USER,
      circuit: helios.circuit,
      retraitDuDepot: options.keeps !== true,
    },
    faults: server.faults,
    get names() {
      return [...depot.held.keys()]
    },
    lay: (name, bytes) => void depot.held.set(name, { bytes }),
    transactions: actes.transactions,
    documents: helios.documents,
    count: kind =>
      kind === 'pes' ? helios.documents.length : actes.transactions.filter(each => each.kind === kind).length,
    acknowledge: actes.acknowledge,
    fail: actes.fail,
    answer: helios.answer,
    failPes: helios.fail,
    push: (state, id) => helios.push(helios.chosen(id), state),
    fault: soap.fault,
    close: async () => {
      stop()
      await server.close()
      await files[Symbol.asyncDispose]()
    },
  }
}
