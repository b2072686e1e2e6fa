import { randomUUID } from 'node:crypto'
import {
  newSigner,
  startSimServer,
  stepEvery,
  type Authority,
  type SimRequest,
  type SimResponse,
  type Simulator,
} from '#core/testing'
import { PREMIS_PROPERTY, readPremis } from '#core'
import {
  advance,
  awaited,
  newFolder,
  premisOf,
  reject,
  signDocuments,
  stateOf,
  zipOf,
  type SimFolder,
} from './simulator-folder.ts'

export interface ParapheurSimulatorOptions {
  readonly port?: number
  /** Folders take one step of their circuit every so many milliseconds. Left out: only on command. */
  readonly progress?: number
  /** Serves HTTPS with a certificate of this authority. */
  readonly authority?: Authority
  /** Life of a token, in seconds. */
  readonly tokenLife?: number
}

export interface ParapheurSimulator extends Simulator {
  readonly folders: readonly SimFolder[]
  /** Types and sub-types the desk may use, by `type/subtype` of `circuits()`. */
  readonly circuits: Readonly<Record<string, string>>
  /** Takes the folder (the last one unless told) to the end of its circuit, signed. */
  sign(id?: string): Promise<void>
  /** One step of the circuit. */
  step(id?: string): Promise<void>
  refuse(reason: string, id?: string): void
  /** Somebody adds a document in the signature book. */
  annex(name: string, content: Uint8Array, id?: string): void
  /** Every token given so far is refused from now on, as after a restart of Keycloak. */
  expireTokens(): void
  /** Tokens given so far. */
  readonly tokens: number
  /** The next archive is cut in its middle, without the connection saying so. */
  truncateNextZip(): void
}

const TENANT = { id: 'ad1e7d6a-5f0c-4b5e-9b6a-000000000001', name: 'Ville de Démonstration' }
const DESK = { id: 'c0ffee00-5f0c-4b5e-9b6a-000000000002', name: 'Direction générale' }
const TYPES = [
  {
    id: 'type-actes',
    name: 'Actes',
    subtypes: [
      { id: 'delib', name: 'Délibération' },
      { id: 'arrete', name: 'Arrêté' },
    ],
  },
  { id: 'type-courrier', name: 'Courrier', subtypes: [{ id: 'sortant', name: 'Courrier sortant' }] },
] as const
const ACCOUNT = { username: 'passeur@demonstration', password: 'mot-de-passe-de-demonstration' }

const STATES_OF_LISTS: Readonly<Record<string, (folder: SimFolder) => boolean>> = {
  DRAFT: folder => stateOf(folder) === 'DRAFT',
  // The desk that sends is not the one that signs: what it started is downstream of it.
  PENDING: () => false,
  CURRENT: () => false,
  DOWNSTREAM: folder => stateOf(folder) === 'CURRENT',
  FINISHED: folder => stateOf(folder) === 'FINISHED',
  REJECTED: folder => stateOf(folder) === 'REJECTED',
}

const failed = (status: number, message: string, path: string): SimResponse => ({
  status,
  json: { timestamp: new Date().toISOString(), status, error: 'Error', message, path },
})

const paged = (lines: readonly unknown[], { query }: SimRequest): SimResponse => {
  const size = Number(query.get('size') ?? 10)
  const number = Number(query.get('page') ?? 0)
  const content = lines.slice(number * size, (number + 1) * size)
  return { json: { content, totalElements: lines.length, totalPages: Math.ceil(lines.length / size), number, size } }
}

const line = ({ id, name, dueDate, metadata, type, subtype }: SimFolder, state: string) => ({
  id,
  name,
  dueDate,
  metadata,
  typeId: type,
  subtypeId: subtype,
  state,
})

/** An i-Parapheur 5: Keycloak, desks, typology, folders that advance, archives, deletions. One tenant, one desk, one account. */
export const createSimulator = async (options: ParapheurSimulatorOptions = {}): Promise<ParapheurSimulator> => {
  const { authority, tokenLife = 900 } = options
  const signer = newSigner(authority)
  const folders: SimFolder[] = []
  /** Folders that signatories saw, even if they are gone since: a second one is what nobody must ever receive. */
  const started = new Set<string>()
  let valid = new Map<string, number>()
  let tokens = 0
  let truncate = false

  const giveToken = (request: SimRequest): SimResponse => {
    if (request.field('client_id') !== 'ipcore-web' || request.field('grant_type') !== 'password')
      return { status: 400, json: { error: 'unauthorized_client' } }
    if (request.field('username') !== ACCOUNT.username || request.field('password') !== ACCOUNT.password)
      return { status: 401, json: { error: 'invalid_grant', error_description: 'Invalid user credentials' } }
    const token = randomUUID()
    tokens += 1
    valid.set(token, Date.now() + tokenLife * 1000)
    return {
      json: {
        access_token: token,
        expires_in: tokenLife,
        refresh_expires_in: 1800,
        refresh_token: randomUUID(),
        token_type: 'Bearer',
      },
    }
  }

  const isAuthorised = ({ headers }: SimRequest): boolean =>
    (valid.get((headers['authorization'] ?? '').replace(/^Bearer /u, '')) ?? 0) > Date.now()

  const create = async (request: SimRequest): Promise<SimResponse> => {
    const described = request.files.find(({ field }) => field === 'folder')
    if (!described) return failed(400, 'The folder part is missing', request.path)
    const premis = readPremis((await described.bytes()).toString('utf8'))
    const type = TYPES.find(({ id }) => id === premis.properties[PREMIS_PROPERTY.type])
    const subtype = type?.subtypes.find(({ id }) => id === premis.properties[PREMIS_PROPERTY.subtype])
    if (!type || !subtype) return failed(400, 'Le type ou le sous-type est inconnu', request.path)
    const uploads = request.files.filter(({ field }) => field === 'documents')
    const missing = premis.files.filter(
      ({ name }) => !uploads.some(({ filename }) => filename.normalize('NFC') === name),
    )
    if (missing.length > 0 || uploads.length !== premis.files.length)
      return failed(400, 'Les documents ne correspondent pas au PREMIS', request.path)
    if (new Set(uploads.map(({ filename }) => filename)).size < uploads.length)
      return failed(406, 'Deux documents portent le même nom', request.path)
    if (!premis.files.some(({ main }) => main)) return failed(400, 'Il manque un document principal', request.path)
    const {
      [PREMIS_PROPERTY.type]: _type,
      [PREMIS_PROPERTY.subtype]: _subtype,
      [PREMIS_PROPERTY.dueDate]: dueDate = null,
      ...metadata
    } = premis.properties
    const folder = newFolder({
      name: premis.name,
      type: type.id,
      subtype: subtype.id,
      dueDate,
      metadata,
      documents: premis.files.flatMap(({ name, main }) => {
        const source = uploads.find(({ filename }) => filename.normalize('NFC') === name)
        return source ? [{ name, main, source }] : []
      }),
    })
    folders.push(folder)
    if (request.query.get('autoStart') !== 'false') advance(folder, { at: new Date() })
    return { status: 201, json: { id: folder.id, name: folder.name, dueDate, metadata } }
  }

  const start = (folder: SimFolder, task: string, request: SimRequest): SimResponse => {
    const due = awaited(folder)
    if (due?.type !== 'START' || due.task !== task) return failed(406, 'This task cannot be started', request.path)
    const body = JSON.parse(request.body.toString()) as { publicAnnotation?: string; privateAnnotation?: string }
    folder.publicAnnotation = body.publicAnnotation ?? ''
    folder.privateAnnotation = body.privateAnnotation ?? ''
    advance(folder, { at: new Date(), note: folder.publicAnnotation })
    return { status: 200 }
  }

  const archive = async (folder: SimFolder): Promise<SimResponse> => {
    const headers = { 'content-type': 'application/octet-stream' }
    if (!truncate) return { headers, body: await zipOf(folder) }
    truncate = false
    const chunks: Buffer[] = []
    for await (const chunk of await zipOf(folder)) chunks.push(chunk as Buffer)
    const whole = Buffer.concat(chunks)
    return { headers, body: whole.subarray(0, Math.floor(whole.length / 2)) }
  }

  const onFolder = async (
    request: SimRequest,
    [id = '', verb = '', task = '', action = '']: string[],
  ): Promise<SimResponse> => {
    const folder = folders.find(each => each.id === id)
    if (!folder) return failed(404, 'The given folder does not exist', request.path)
    if (request.method === 'GET' && verb === 'premis')
      return { headers: { 'content-type': 'application/xml' }, body: premisOf(folder) }
    if (request.method === 'GET' && verb === 'zip') return archive(folder)
    if (request.method === 'PUT' && verb === 'task' && action === 'start') return start(folder, task, request)
    if (request.method !== 'DELETE' || verb !== '') return failed(404, 'No such operation', request.path)
    if (stateOf(folder) === 'CURRENT')
      return failed(406, 'This folder cannot be deleted in its current state', request.path)
    if (stateOf(folder) !== 'DRAFT') started.add(folder.id)
    folders.splice(folders.indexOf(folder), 1)
    return { status: 204 }
  }

  const onDesk = (request: SimRequest, [first = '', ...rest]: string[]): SimResponse | Promise<SimResponse> => {
    if (first === 'folder')
      return rest.length === 0 && request.method === 'POST' ? create(request) : onFolder(request, rest)
    if (first === 'types') {
      const type = rest.length > 1 ? TYPES.find(({ id }) => id === rest[0]) : undefined
      return paged(
        (type?.subtypes ?? TYPES).map(({ id, name }) => ({ id, name })),
        request,
      )
    }
    const isListed = STATES_OF_LISTS[first]
    if (!isListed) return failed(400, `Unknown state ${first}`, request.path)
    const lines = folders.filter(isListed).map(folder => line(folder, first))
    return paged(request.query.get('sort')?.endsWith('DESC') ? lines.reverse() : lines, request)
  }

  const handler = (request: SimRequest): SimResponse | Promise<SimResponse> => {
    if (request.path === '/auth/realms/api/protocol/openid-connect/token') return giveToken(request)
    const words = request.path.split('/').slice(1).map(decodeURIComponent)
    const [api, standard, version, tenants, tenant, desks, desk, ...rest] = words
    if (api !== 'api' || standard !== 'standard' || version !== 'v1' || tenants !== 'tenant')
      return failed(404, 'Not found', request.path)
    if (!isAuthorised(request)) return failed(401, 'Unauthorized', request.path)
    if (tenant === undefined) return paged([TENANT], request)
    if (tenant !== TENANT.id || desks !== 'desk') return failed(404, 'The given tenant does not exist', request.path)
    if (desk === undefined) return paged([DESK], request)
    return desk === DESK.id ? onDesk(request, rest) : failed(404, 'The given desk does not exist', request.path)
  }

  const server = await startSimServer({
    handler,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(authority ? { tls: authority.issueServer() } : {}),
  })

  const chosen = (id: string | undefined): SimFolder => {
    const folder = id === undefined ? folders.at(-1) : folders.find(each => each.id === id)
    if (!folder) throw new Error(`No folder ${id ?? 'at all'} in the simulator.`)
    return folder
  }
  const stepOf = async (folder: SimFolder): Promise<void> => {
    const at = new Date()
    if (awaited(folder)?.type === 'SIGNATURE') await signDocuments(folder, signer, at)
    advance(folder, { at })
  }

  const stop = stepEvery(options.progress, async () => {
    for (const folder of folders.filter(each => stateOf(each) === 'CURRENT')) await stepOf(folder)
  })

  return {
    url: server.url,
    config: {
      url: server.url,
      ...ACCOUNT,
      tenant: TENANT.id,
      desk: DESK.id,
      ...(authority ? { authority: Buffer.from(authority.certificate) } : {}),
    },
    faults: server.faults,
    folders,
    circuits: Object.fromEntries(
      TYPES.flatMap(type =>
        type.subtypes.map(subtype => [`${type.id}/${subtype.id}`, `${type.name} / ${subtype.name}`]),
      ),
    ),
    count: kind => {
      for (const folder of folders) if (stateOf(folder) !== 'DRAFT') started.add(folder.id)
      return { folder: folders.length, lancé: started.size }[kind] ?? 0
    },
    get tokens() {
      return tokens
    },
    sign: async id => {
      const folder = chosen(id)
      while (stateOf(folder) === 'CURRENT') await stepOf(folder)
    },
    step: id => stepOf(chosen(id)),
    refuse: (reason, id) => reject(chosen(id), { at: new Date(), reason }),
    annex: (name, content, id) => void chosen(id).documents.push({ name, main: false, source: content }),
    expireTokens: () => {
      valid = new Map()
    },
    truncateNextZip: () => {
      truncate = true
    },
    close: async () => {
      stop()
      await server.close()
    },
  }
}
