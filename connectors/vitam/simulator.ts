import { randomBytes } from 'node:crypto'
import {
  createAuthority,
  startSimServer,
  stepEvery,
  type Authority,
  type IssuedClient,
  type SimRequest,
  type SimResponse,
  type Simulator,
} from '#core/testing'
import { replyOf, type Outcome } from './simulator-reply.ts'
import { receiveSip, type ReceivedSip } from './simulator-sip.ts'

export interface VitamSimulatorOptions {
  readonly port?: number
  /** Operations take one step (running, taken) every so many milliseconds. Left out: only on command. */
  readonly progress?: number
  readonly authority?: Authority
  readonly client?: IssuedClient
  /** The logbook only knows an operation once `index()` was called: the manifest is read some time after the answer. */
  readonly slowLogbook?: boolean
}

export interface SimOperation {
  readonly guid: string
  readonly sip: ReceivedSip
  readonly headers: SimRequest['headers']
  indexed: boolean
  state: 'RUNNING' | 'PAUSE' | 'COMPLETED'
  outcome: Outcome | undefined
  /** The reply is written some time after the end. */
  replied: boolean
}

export interface VitamSimulator extends Simulator {
  readonly operations: SimOperation[]
  /** The last operation ends: taken, taken with a remark, refused, or stopped by an error of the platform. */
  accept(): void
  warn(message: string): void
  refuse(message: string): void
  fail(): void
  pause(): void
  /** The last operation is over, its reply is not written yet. */
  endWithoutReply(): void
  index(): void
  /** The next ingest is carried out, and answered without its number, or by a 500 that bears it. */
  answerBadly(how: 'without number' | 'with an error'): void
}

const TENANT = 1
const CONTRACT = 'ContratDemo'
const AGENCIES_REFUSED = /^INCONNU/u

const vitamError = (httpCode: number, code: string, message: string, description = message): SimResponse => ({
  status: httpCode,
  json: { httpCode, code, context: 'ingest-external', state: 'KO', message, description },
})

const XML = { 'content-type': 'application/octet-stream' }

/** A Vitam: certificates, tenants and contracts checked, archives read, operations followed, replies written. */
export const createSimulator = async (options: VitamSimulatorOptions = {}): Promise<VitamSimulator> => {
  const { slowLogbook = false } = options
  const authority = options.authority ?? createAuthority()
  const client = options.client ?? authority.issueClient('passeur-demonstration')
  const operations: SimOperation[] = []
  let badAnswer: Parameters<VitamSimulator['answerBadly']>[0] | undefined

  const end = (operation: SimOperation, outcome: Outcome): void => {
    operation.outcome = outcome
    operation.state = outcome.code === 'FATAL' ? 'PAUSE' : 'COMPLETED'
    operation.replied = outcome.code !== 'FATAL'
  }

  const ingest = async (request: SimRequest): Promise<SimResponse> => {
    const { headers, bodyFile } = request
    if (headers['content-type'] !== 'application/octet-stream')
      return vitamError(415, 'EXT_UNSUPPORTED_MEDIA_TYPE', 'Unsupported media type')
    if (headers['x-action'] !== 'RESUME' || headers['x-context-id'] === undefined)
      return vitamError(412, 'EXT_VITAM_PRECONDITION', 'X-Action or X-Context-Id header is missing')
    if (!bodyFile || bodyFile.size === 0) return vitamError(412, 'EXT_VITAM_PRECONDITION', 'Empty body')
    const sip = await receiveSip(bodyFile.path)
    const operation: SimOperation = {
      guid: `aeeaaaaaac${randomBytes(13).toString('hex')}`,
      sip,
      headers,
      indexed: !slowLogbook,
      state: 'RUNNING',
      outcome: undefined,
      replied: false,
    }
    operations.push(operation)
    const algorithm = headers['x-manifest-digest-algo']
    const announced = headers['x-manifest-digest-value']
    const refuse = (step: string, message: string) => end(operation, { code: 'KO', step, message })
    if (sip.fault) refuse(sip.fault.step, sip.fault.message)
    else if (announced !== undefined && sip.manifestDigests[algorithm ?? ''] !== announced)
      refuse('MANIFEST_FILE_DIGEST_CHECK', "Échec de la vérification de l'empreinte du bordereau")
    else if (AGENCIES_REFUSED.test(sip.slip?.archivalAgency ?? ''))
      refuse('CHECK_AGENT', 'Échec de la vérification de la présence et de la cohérence des services agents')
    const bad = badAnswer
    badAnswer = undefined
    if (bad === 'with an error')
      return {
        ...vitamError(500, 'EXT_VITAM_INTERNAL_SERVER_ERROR', 'Internal server error'),
        headers: { 'x-request-id': operation.guid },
      }
    return {
      status: 202,
      headers: {
        ...(bad === 'without number' ? {} : { 'x-request-id': operation.guid }),
        'x-global-execution-state': 'RUNNING',
        'x-global-execution-status': 'STARTED',
      },
    }
  }

  const head = (operation: SimOperation | undefined): SimResponse =>
    operation
      ? {
          status: operation.state === 'COMPLETED' ? 200 : 202,
          headers: {
            'x-request-id': operation.guid,
            'x-context-id': 'DEFAULT_WORKFLOW',
            'x-global-execution-state': operation.state,
            'x-global-execution-status': operation.outcome?.code ?? 'STARTED',
          },
        }
      : { status: 404 }

  const search = ({ headers }: SimRequest, bytes: Uint8Array): SimResponse => {
    if (headers['x-access-contract-id'] !== CONTRACT)
      return vitamError(401, 'EXT_VITAM_UNAUTHORIZED', 'Access contract is not valid')
    const { $query } = JSON.parse(Buffer.from(bytes).toString('utf8')) as {
      $query?: { $eq?: Readonly<Record<string, string>> }
    }
    const [field, wanted] = Object.entries($query?.$eq ?? {})[0] ?? []
    if (field !== 'obIdIn') return vitamError(412, 'EXT_VITAM_INVALID_QUERY', `Unknown field ${field ?? ''}`)
    const found = operations.filter(({ indexed, sip }) => indexed && sip.slip?.transferId === wanted)
    return {
      json: {
        httpCode: 200,
        $hits: { total: found.length, offset: 0, limit: 10, size: found.length },
        $results: found.map(({ guid }) => ({ evIdProc: guid, evTypeProc: 'INGEST', obIdIn: wanted })),
        $context: {},
      },
    }
  }

  const handler = async (request: SimRequest): Promise<SimResponse> => {
    const { method, path, headers, clientName } = request
    if (clientName !== 'passeur-demonstration')
      return vitamError(401, 'EXT_VITAM_UNAUTHORIZED', 'Certificate is not registered')
    if (path === '/ingest-external/v1/status') return { status: 204 }
    if (headers['x-tenant-id'] === undefined) return vitamError(412, 'EXT_VITAM_PRECONDITION', 'Tenant id is missing')
    if (headers['x-tenant-id'] !== String(TENANT))
      return vitamError(401, 'EXT_VITAM_UNAUTHORIZED', 'Tenant id is not authorized')
    if (method === 'OPTIONS' && path === '/ingest-external/v1/')
      return { json: [{ permission: 'ingests:create', verb: 'POST', endpoint: '/ingest-external/v1/ingests' }] }
    if (method === 'POST' && path === '/ingest-external/v1/ingests') return ingest(request)
    if (method === 'POST' && path === '/access-external/v1/logbookoperations')
      return search(request, (await request.bodyFile?.bytes()) ?? request.body)
    const operation = operations.find(({ guid }) => path.split('/').includes(guid))
    if (method === 'HEAD' && path.startsWith('/admin-external/v1/operations/')) return head(operation)
    if (method === 'GET' && path.endsWith('/archivetransferreply'))
      return operation?.outcome && operation.replied
        ? { headers: XML, body: replyOf(operation.guid, operation.sip, operation.outcome) }
        : vitamError(404, 'EXT_VITAM_NOT_FOUND', 'ArchiveTransferReply not found')
    return { status: 404, headers: { 'content-type': 'text/html' }, body: '<html><body>Not Found</body></html>' }
  }

  const server = await startSimServer({
    handler,
    bodies: 'disk',
    tls: { ...authority.issueServer(), clientAuthority: authority.certificate },
    ...(options.port === undefined ? {} : { port: options.port }),
  })

  const last = (): SimOperation => {
    const operation = operations.at(-1)
    if (!operation) throw new Error('No operation in the simulator.')
    return operation
  }
  const taken: Outcome = { code: 'OK', step: 'ROLL_BACK', message: 'Succès du processus de versement' }
  const stop = stepEvery(options.progress, () => {
    for (const operation of operations) if (!operation.outcome) end(operation, taken)
  })

  return {
    url: server.url,
    config: {
      url: server.url,
      certificat: client.pfx,
      certificatMotDePasse: client.passphrase,
      tenant: TENANT,
      contratAcces: CONTRACT,
      autorite: Buffer.from(authority.certificate),
    },
    faults: server.faults,
    operations,
    count: kind => (kind === 'versement' ? operations.length : 0),
    accept: () => end(last(), taken),
    warn: message => end(last(), { code: 'WARNING', step: 'CHECK_OBJECT', message }),
    refuse: message => end(last(), { code: 'KO', step: 'CHECK_HEADER', message }),
    fail: () => end(last(), { code: 'FATAL', step: 'STP_INGEST', message: 'Erreur fatale' }),
    pause: () => {
      last().state = 'PAUSE'
    },
    endWithoutReply: () => {
      end(last(), taken)
      last().replied = false
    },
    index: () => {
      for (const operation of operations) operation.indexed = true
    },
    answerBadly: how => {
      badAnswer = how
    },
    close: async () => {
      stop()
      await server.close()
    },
  }
}
