import { randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'
import { writePremis, type PremisEvent } from '#core'
import { startSimServer, type Authority, type SimRequest, type SimResponse, type Simulator } from '#core/testing'

export interface RecupSimulatorOptions {
  readonly port?: number
  readonly authority?: Authority
}

export interface SimFinished {
  readonly id: string
  readonly name: string
  /** Path in the archive → content, the description put aside. */
  readonly entries: Readonly<Record<string, Buffer>>
  readonly mains: readonly string[]
  readonly annexes: readonly string[]
  readonly task: string
  shelf: 'FINISHED' | 'CURRENT' | 'bin'
}

export interface RecupSimulator extends Simulator {
  readonly folders: readonly SimFinished[]
  /** A folder born in the parapheur comes to its end there. */
  add(name: string, changes?: Partial<Pick<SimFinished, 'entries' | 'mains' | 'annexes' | 'shelf'>>): SimFinished
  /** The next archive stops in its middle, without the connection saying so. */
  truncateNext(): void
}

const TENANT = { id: 'ad1e7d6a-5f0c-4b5e-9b6a-000000000001', name: 'Ville de Démonstration' }
const DESK = { id: 'c0ffee00-5f0c-4b5e-9b6a-000000000002', name: 'Direction générale' }
const ACCOUNT = { username: 'passeur@demonstration', password: 'mot-de-passe-de-demonstration' }

const failed = (status: number, message: string, path: string): SimResponse => ({
  status,
  json: { timestamp: '2026-01-01T00:00:00.000+00:00', status, error: 'Error', message, path },
})

const paged = (lines: readonly unknown[], { query }: SimRequest): SimResponse => {
  const [size, number] = [Number(query.get('size') ?? 10), Number(query.get('page') ?? 0)]
  const content = lines.slice(number * size, (number + 1) * size)
  return { json: { content, totalElements: lines.length, totalPages: Math.ceil(lines.length / size), number, size } }
}

const event = (type: string, task: string, at: string): PremisEvent => ({
  type,
  task,
  at,
  user: 'u',
  desk: DESK.name,
  note: '',
})

const premisOf = ({ id, name, mains, annexes, task }: SimFinished): string =>
  writePremis({
    id,
    name,
    properties: {},
    files: [...mains.map(each => ({ name: each, main: true })), ...annexes.map(each => ({ name: each, main: false }))],
    events: [event('SIGNATURE', 't', '2026-01-15T10:00:00.000+0000'), event('ARCHIVE', task, '')],
  })

const zipOf = (folder: SimFinished): Promise<Buffer> => {
  const zip = new ZipFile()
  zip.addBuffer(Buffer.from(premisOf(folder)), 'i_Parapheur_internal_premis.xml')
  for (const [path, content] of Object.entries(folder.entries)) zip.addBuffer(content, path)
  zip.end()
  return buffer(zip.outputStream)
}

/** The end of the life of folders in an i-Parapheur 5: finished ones of a desk, the bin of the entity. */
export const createSimulator = async (options: RecupSimulatorOptions = {}): Promise<RecupSimulator> => {
  const { authority, port } = options
  const folders: SimFinished[] = []
  const tokens = new Set<string>()
  let truncate = false

  const giveToken = (request: SimRequest): SimResponse => {
    if (request.field('username') !== ACCOUNT.username || request.field('password') !== ACCOUNT.password)
      return { status: 401, json: { error: 'invalid_grant', error_description: 'Invalid user credentials' } }
    const token = randomUUID()
    tokens.add(token)
    return { json: { access_token: token, expires_in: 900, token_type: 'Bearer' } }
  }

  const archive = async (folder: SimFinished): Promise<SimResponse> => {
    const whole = await zipOf(folder)
    const body = truncate ? whole.subarray(0, Math.floor(whole.length / 2)) : whole
    truncate = false
    return { headers: { 'content-type': 'application/octet-stream' }, body }
  }

  const onFolder = (request: SimRequest, folder: SimFinished | undefined, verbs: readonly string[]) => {
    if (!folder) return failed(404, 'The given folder does not exist', request.path)
    const [verb, task, action] = verbs
    if (request.method === 'GET' && verb === 'zip') return archive(folder)
    if (request.method === 'PUT' && verb === 'task' && task === folder.task && action === 'send_to_trash_bin') {
      folder.shelf = 'bin'
      return { status: 200 }
    }
    if (request.method !== 'DELETE' || verb !== undefined) return failed(404, 'No such operation', request.path)
    if (folder.shelf === 'CURRENT')
      return failed(406, 'This folder cannot be deleted in its current state', request.path)
    folders.splice(folders.indexOf(folder), 1)
    return { status: 204 }
  }

  const listOf = (shelf: SimFinished['shelf'], request: SimRequest): SimResponse => {
    const lines = folders.filter(each => each.shelf === shelf).map(({ id, name }) => ({ id, name, dueDate: null }))
    return paged(request.query.get('sort')?.endsWith('DESC') ? lines.reverse() : lines, request)
  }
  const inBin = (id: string | undefined) => folders.find(each => each.id === id && each.shelf === 'bin')
  const onDesk = (id: string | undefined) => folders.find(each => each.id === id && each.shelf !== 'bin')

  const handler = (request: SimRequest): SimResponse | Promise<SimResponse> => {
    if (request.path === '/auth/realms/api/protocol/openid-connect/token') return giveToken(request)
    if (!tokens.has((request.headers['authorization'] ?? '').replace(/^Bearer /u, '')))
      return failed(401, 'Unauthorized', request.path)
    const [root, ...words] = request.path
      .replace(/^\/api\/standard\/v1\//u, '')
      .split('/')
      .map(decodeURIComponent)
    if (root === 'admin' && words[1] === TENANT.id && words[2] === 'trash-bin') {
      const [id, ...verbs] = words.slice(3)
      return id === undefined ? listOf('bin', request) : onFolder(request, inBin(id), verbs)
    }
    const [tenant, desks, desk, what, id, ...verbs] = words
    if (root !== 'tenant') return failed(404, 'Not found', request.path)
    if (tenant === undefined) return paged([TENANT], request)
    if (tenant !== TENANT.id || desks !== 'desk') return failed(404, 'The given tenant does not exist', request.path)
    if (desk === undefined) return paged([DESK], request)
    if (desk !== DESK.id) return failed(404, 'The given desk does not exist', request.path)
    return what === 'FINISHED' ? listOf('FINISHED', request) : onFolder(request, onDesk(id), verbs)
  }

  const server = await startSimServer({
    handler,
    ...(port === undefined ? {} : { port }),
    ...(authority ? { tls: authority.issueServer() } : {}),
  })

  return {
    url: server.url,
    config: {
      actif: true,
      url: server.url,
      ...ACCOUNT,
      tenant: TENANT.id,
      desk: DESK.id,
      ...(authority ? { autorite: Buffer.from(authority.certificate) } : {}),
    },
    faults: server.faults,
    folders,
    add: (name, changes = {}) => {
      const folder: SimFinished = {
        id: randomUUID(),
        name,
        entries: {
          'Documents principaux/convention.pdf': Buffer.from('%PDF-1.7 signé'),
          'Annexes/plan.pdf': Buffer.from('%PDF-1.7 plan'),
          [`${name}_bordereau.pdf`]: Buffer.from('%PDF-1.7 bordereau'),
        },
        mains: ['convention.pdf'],
        annexes: ['plan.pdf'],
        task: randomUUID(),
        shelf: 'FINISHED',
        ...changes,
      }
      folders.push(folder)
      return folder
    },
    truncateNext: () => {
      truncate = true
    },
    count: kind => folders.filter(({ shelf }) => kind === 'dossier' || shelf === kind).length,
    close: () => server.close(),
  }
}
