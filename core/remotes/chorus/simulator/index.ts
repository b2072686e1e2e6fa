import { randomUUID } from 'node:crypto'
import { localDay } from '../../../authoring/days.ts'
import type { StatutFacture } from '../../../contracts/portail-factures.ts'
import type { Authority } from '../../../testing/pki.ts'
import type { SimRequest } from '../../../testing/sim-request.ts'
import { startSimServer, type SimResponse } from '../../../testing/sim-server.ts'
import { stepEvery } from '../../../testing/simulator.ts'
import type { Simulator } from '../../../testing/simulator.ts'
import { advanceFlow, depositOperations, readBody, type SimFlow } from './deposits.ts'
import { ACCOUNTS, refusal, SUPPLIER, TOWN, type SimAccount, type SimInvoice, type SimPiece } from './model.ts'
import { receivedOperations } from './received.ts'

export type { SimAccount, SimInvoice, SimPiece } from './model.ts'

export interface ChorusSimulatorOptions {
  readonly port?: number
  /** Serves HTTPS with a certificate of this authority. */
  readonly authority?: Authority
  /** Largest page of a search, whatever is asked. */
  readonly pageSize?: number
  /** Seconds that a token is announced to last. */
  readonly tokenLife?: number
  /** Flows take one step every so many milliseconds. Left out: only on command. */
  readonly progress?: number
  /** Invoices already there, for the demonstration. */
  readonly invoices?: number
}

type Arriving = Partial<
  Pick<SimInvoice, 'number' | 'kind' | 'space' | 'recipient' | 'supplier' | 'amount' | 'order' | 'market' | 'service'>
> & { readonly pieces?: readonly Partial<SimPiece>[]; readonly statut?: StatutFacture; readonly at?: Date }

export interface ChorusSimulator extends Simulator {
  readonly accounts: readonly SimAccount[]
  readonly invoices: readonly SimInvoice[]
  readonly flows: readonly SimFlow[]
  /** An invoice arrives. @returns its number at Chorus Pro */
  receive(invoice?: Arriving): number
  /** Somebody, on the portal, brings an invoice to a status, whatever the rules. */
  move(id: number, statut: StatutFacture, more?: { readonly comment?: string; readonly at?: Date }): void
  /** Every flow goes on to its end, or to this one. */
  finishFlows(state?: 'IN_INTEGRE' | 'IN_REJETE' | 'IN_INTEGRE_PARTIEL' | 'IN_INCIDENTE'): void
  /** Every flow takes one step. */
  advanceFlows(): void
  /** Tokens in force are forgotten before their end. */
  expireTokens(): void
  /** Tokens delivered so far. */
  readonly tokens: number
  /** The next call is refused, with this `Retry-After`. */
  throttle(retryAfter: string): void
  /** Bodies of an operation, in order. */
  sent(operation: string): readonly Readonly<Record<string, unknown>>[]
}

const CLIENT = { id: 'passeur-demonstration', secret: 'cle-secrete-de-demonstration' }
const TOKEN_PATH = '/api/oauth/token'
const PDF = '%PDF-1.7\nFacture de démonstration\n%%EOF\n'

const PIECES: readonly SimPiece[] = [
  { type: '01', name: 'facture.pdf', content: PDF, zipped: true },
  { type: '02', name: 'bon de livraison été.txt', content: 'livré', zipped: false },
]

/** A Chorus Pro behind its PISTE: token, technical accounts, received and deposited invoices. */
export const createChorusSimulator = async (options: ChorusSimulatorOptions = {}): Promise<ChorusSimulator> => {
  const { authority, pageSize = 1000, tokenLife = 3600 } = options
  const invoices: SimInvoice[] = []
  const flows: SimFlow[] = []
  const attachments: { readonly id: number; readonly name: string }[] = []
  const bodies: { readonly operation: string; readonly body: Readonly<Record<string, unknown>> }[] = []
  const tokens = new Set<string>()
  let delivered = 0
  const throttles: string[] = []

  const receive = (arriving: Arriving = {}): number => {
    const { at = new Date(), statut = 'MISE_A_DISPOSITION', pieces = PIECES, recipient = TOWN } = arriving
    const id = 1221 + invoices.length
    invoices.push({
      id,
      number: arriving.number ?? `F2026-${invoices.length + 1}`,
      kind: arriving.kind ?? 'FACTURE',
      space: arriving.space ?? 'FACTURE',
      supplier: arriving.supplier ?? SUPPLIER,
      recipient,
      service: arriving.service ?? recipient.services[0],
      date: localDay(at),
      depositedOn: localDay(at),
      amount: arriving.amount ?? 100,
      order: arriving.order ?? 'BC-2026-17',
      market: arriving.market,
      pieces: pieces.map(piece => ({ type: '02', name: 'piece.pdf', content: PDF, zipped: false, ...piece })),
      history: [{ at, statut, comment: '' }],
      flow: undefined,
      downloaded: false,
    })
    return id
  }
  for (let rank = 0; rank < (options.invoices ?? 0); rank += 1) receive({ amount: 100 * (rank + 1) })

  const shelf = {
    invoices,
    flows,
    attachments,
    add: ({
      account,
      number,
      date,
      amount,
      flow,
    }: {
      account: SimAccount
      number: string
      date: string
      amount: number
      flow: string | undefined
    }): SimInvoice => {
      const supplier = account.structures[0] ?? SUPPLIER
      const id = receive({ number, supplier, recipient: SUPPLIER, amount, statut: 'DEPOSEE' })
      const invoice: SimInvoice = { ...(invoices.at(-1) as SimInvoice), id, date, flow }
      invoices[invoices.length - 1] = invoice
      return invoice
    },
  }

  const structures = () => [...new Set([TOWN, SUPPLIER, ...ACCOUNTS.flatMap(account => account.structures)])]
  const received = receivedOperations(invoices, pageSize)
  const deposits = depositOperations(shelf)
  const reference = {
    'transverses/v1/health-check': (): SimResponse => ({ json: { codeRetour: 0, libelle: 'OK' } }),
    'transverses/v1/recuperer/tauxtva': (): SimResponse => ({
      json: { codeRetour: 0, libelle: 'GCU_MSG_01_000', listeTauxTva: [{ codeTauxTva: 'TVA20', valeurTauxTva: 20 }] },
    }),
    'structures/v1/rechercher': (_account: SimAccount, body: Readonly<Record<string, unknown>>): SimResponse => {
      const { identifiantStructure } = Object(body['structure']) as { readonly identifiantStructure?: string }
      const found = structures().filter(({ siret }) => siret === identifiantStructure)
      if (found.length === 0) return refusal(20000, 'Aucun résultat ne correspond à la recherche')
      return {
        json: {
          codeRetour: 0,
          listeStructures: found.map(({ id, siret, name }) => ({
            idStructureCPP: id,
            identifiantStructure: siret,
            designationStructure: name,
          })),
        },
      }
    },
    'structures/v1/rechercher/services': (
      _account: SimAccount,
      body: Readonly<Record<string, unknown>>,
    ): SimResponse => {
      const services = structures().find(({ id }) => id === body['idStructure'])?.services ?? []
      if (services.length === 0) return refusal(20000, 'Aucun service')
      return {
        json: {
          codeRetour: 0,
          listeServices: services.map(({ id, code, name }) => ({
            idService: id,
            codeService: code,
            libelleService: name,
            estActif: true,
          })),
        },
      }
    },
  }

  const deliver = (request: SimRequest): SimResponse => {
    const refused = (error: string, description: string): SimResponse => ({
      status: 400,
      json: { error, error_description: description },
    })
    if (request.field('grant_type') !== 'client_credentials')
      return refused('unsupported_grant_type', 'Unsupported grant type')
    if (request.field('client_id') !== CLIENT.id || request.field('client_secret') !== CLIENT.secret)
      return { ...refused('invalid_client', 'Client authentication failed'), status: 401 }
    const token = randomUUID()
    tokens.add(token)
    delivered += 1
    return { json: { access_token: token, token_type: 'Bearer', expires_in: tokenLife, scope: 'openid' } }
  }

  const accountOf = (request: SimRequest): SimAccount | undefined => {
    const [login, password] = Buffer.from(request.headers['cpro-account'] ?? '', 'base64')
      .toString()
      .split(':')
    return ACCOUNTS.find(account => account.login === login && account.password === password)
  }

  const handler = async (request: SimRequest): Promise<SimResponse> => {
    const { path, method, headers } = request
    if (method === 'POST' && path === TOKEN_PATH) return deliver(request)
    const operation = /^\/cpro\/(.+)$/u.exec(path)?.[1]
    if (method !== 'POST' || operation === undefined) return { status: 404 }
    const retryAfter = throttles.shift()
    if (retryAfter !== undefined) return { status: 429, headers: { 'retry-after': retryAfter } }
    if (!tokens.has(headers['authorization']?.replace(/^Bearer /u, '') ?? ''))
      return { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }
    const account = accountOf(request)
    // Empty, as the true one.
    if (!account) return { status: 403 }
    const read = await readBody(operation, request)
    bodies.push({ operation, body: read.body })
    if (operation in received) return received[operation as keyof typeof received](account, read.body)
    if (operation in deposits) return deposits[operation as keyof typeof deposits](account, read)
    if (operation in reference) return reference[operation as keyof typeof reference](account, read.body)
    return { status: 404 }
  }

  const server = await startSimServer({
    handler,
    bodies: 'disk',
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(authority ? { tls: authority.issueServer() } : {}),
  })
  const advanceFlows = (): void => {
    for (const flow of flows) advanceFlow(shelf, flow)
  }
  const stop = stepEvery(options.progress, advanceFlows)
  const [account] = ACCOUNTS

  return {
    url: server.url,
    config: {
      urlPiste: `${server.url}${TOKEN_PATH}`,
      urlApi: server.url,
      clientId: CLIENT.id,
      clientSecret: CLIENT.secret,
      login: account?.login,
      password: account?.password,
      siret: TOWN.siret,
      ...(authority ? { autorite: Buffer.from(authority.certificate) } : {}),
    },
    faults: server.faults,
    accounts: ACCOUNTS,
    invoices,
    flows,
    get tokens() {
      return delivered
    },
    count: kind =>
      ({
        facture: invoices.length,
        déposée: invoices.filter(({ recipient }) => recipient === SUPPLIER).length,
        flux: flows.length,
        pièce: attachments.length,
        passage: invoices.reduce((sum, { history }) => sum + history.length, 0),
      })[kind] ?? 0,
    receive,
    move: (id, statut, { comment = '', at = new Date() } = {}) =>
      void invoices.find(invoice => invoice.id === id)?.history.push({ at, statut, comment }),
    advanceFlows,
    finishFlows: (state = 'IN_INTEGRE') => {
      for (const flow of flows) {
        if (state === 'IN_INTEGRE' || state === 'IN_INTEGRE_PARTIEL')
          for (let step = 0; step < 3; step += 1) advanceFlow(shelf, flow)
        if (state === 'IN_INTEGRE') continue
        flow.state = state
        if (state !== 'IN_INCIDENTE')
          flow.errors = [
            { numeroDP: flow.number ?? flow.id, libelleErreurDP: 'Le service destinataire est obligatoire' },
          ]
      }
    },
    expireTokens: () => tokens.clear(),
    throttle: retryAfter => void throttles.push(retryAfter),
    sent: operation => bodies.filter(each => each.operation === operation).map(({ body }) => body),
    close: async () => {
      stop()
      await server.close()
    },
  }
}
