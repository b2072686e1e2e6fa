import { readdirSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { create } from 'xmlbuilder2'
import type { Authority } from '../../testing/pki.ts'
import type { SimRequest } from '../../testing/sim-request.ts'
import { startSimServer, type SimResponse } from '../../testing/sim-server.ts'
import type { Simulator } from '../../testing/simulator.ts'

export interface WebdavSimulatorOptions {
  readonly port?: number
  /** Where deposits land; kept at the end when given, else a temporary folder erased by `close`. */
  readonly folder?: string
  readonly login?: string
  readonly password?: string
  /** Serves over TLS with a certificate of this authority, and asks for one of its client certificates when `client` says so. */
  readonly tls?: { readonly authority: Authority; readonly client?: boolean }
  /** Bytes that the account may still write, as a quota. */
  readonly quota?: number
}

export interface WebdavSimulator extends Simulator {
  /** What a consumer of the deposits would see. */
  readonly folder: string
}

const BASE = '/dav'

const answer = (status: number, message = ''): SimResponse => ({ status, body: message })

const kindAt = async (path: string): Promise<'file' | 'folder' | undefined> => {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
  return found && (found.isDirectory() ? 'folder' : 'file')
}

const href = (path: string, folder: boolean): string =>
  `${BASE}${path
    .split('/')
    .map(segment => encodeURIComponent(segment))
    .join('/')}${folder && path !== '/' ? '/' : ''}`

/** The path below the share, decoded; `undefined` outside it. `..` can only climb to its root. */
const pathIn = (address: string): string | undefined => {
  const path = posix.resolve('/', decodeURIComponent(address))
  if (path !== BASE && !path.startsWith(`${BASE}/`)) return undefined
  return path.slice(BASE.length) || '/'
}

/**
 * A WebDAV server over a real folder, with the manners of Apache mod_dav: `MKCOL` and `PUT` want the folder above (409), `MOVE` with
 * `Overwrite: F` never replaces (412). Faults are planned on `METHOD /dav/path`.
 */
export const createWebdavSimulator = async (options: WebdavSimulatorOptions = {}): Promise<WebdavSimulator> => {
  const { login = 'passeur', password = 'mot de passe de démonstration', tls, quota } = options
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'passeur-webdav-')))
  await mkdir(folder, { recursive: true })
  const real = (path: string): string => join(folder, path)
  const expected = `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`
  let left = quota

  const describe = async (path: string): Promise<object> => {
    const found = await stat(real(path))
    const isFolder = found.isDirectory()
    const { bavail, bsize } = await statfs(folder)
    return {
      'D:href': href(path, isFolder),
      'D:propstat': {
        'D:prop': {
          'D:resourcetype': isFolder ? { 'D:collection': {} } : {},
          ...(isFolder
            ? { 'D:quota-available-bytes': String(left ?? bavail * bsize) }
            : { 'D:getcontentlength': String(found.size) }),
          'D:getlastmodified': found.mtime.toUTCString(),
        },
        'D:status': 'HTTP/1.1 200 OK',
      },
    }
  }

  const methods: Readonly<Record<string, (path: string, request: SimRequest) => Promise<SimResponse>>> = {
    async OPTIONS() {
      return { headers: { dav: '1, 2', allow: 'OPTIONS, GET, PUT, MKCOL, MOVE, DELETE, PROPFIND' } }
    },
    async PROPFIND(path, { headers }) {
      const kind = await kindAt(real(path))
      if (!kind) return answer(404)
      const depth = headers['depth']
      if (depth !== '0' && depth !== '1') return answer(403, 'propfind-finite-depth')
      const names = depth === '1' && kind === 'folder' ? await readdir(real(path)) : []
      const described = await Promise.all([path, ...names.map(name => posix.join(path, name))].map(describe))
      const xml = create({ version: '1.0', encoding: 'utf-8' })
        .ele('DAV:', 'D:multistatus')
        .ele({ 'D:response': described } as Record<string, unknown>)
        .up()
        .end()
      return { status: 207, headers: { 'content-type': 'application/xml; charset="utf-8"' }, body: xml }
    },
    async GET(path) {
      const kind = await kindAt(real(path))
      if (kind === 'folder') return answer(405)
      return kind ? { body: await readFile(real(path)) } : answer(404)
    },
    async PUT(path, { body }) {
      const kind = await kindAt(real(path))
      if (kind === 'folder') return answer(405)
      if ((await kindAt(dirname(real(path)))) !== 'folder') return answer(409)
      if (left !== undefined && body.length > left) return answer(507)
      if (left !== undefined) left -= body.length
      await writeFile(real(path), body)
      return answer(kind ? 204 : 201)
    },
    async MKCOL(path) {
      if (await kindAt(real(path))) return answer(405)
      if ((await kindAt(dirname(real(path)))) !== 'folder') return answer(409)
      await mkdir(real(path))
      return answer(201)
    },
    async MOVE(path, { headers }) {
      const destination = headers['destination'] ?? ''
      const target = URL.canParse(destination) ? pathIn(new URL(destination).pathname) : undefined
      if (target === undefined) return answer(502, 'Destination URI refers to another server')
      if (!(await kindAt(real(path)))) return answer(404)
      const taken = await kindAt(real(target))
      if (taken && headers['overwrite'] === 'F') return answer(412)
      if ((await kindAt(dirname(real(target)))) !== 'folder') return answer(409)
      if (taken) await rm(real(target), { recursive: true })
      await rename(real(path), real(target))
      return answer(taken ? 204 : 201)
    },
    async DELETE(path) {
      if (!(await kindAt(real(path)))) return answer(404)
      await rm(real(path), { recursive: true })
      return answer(204)
    },
  }

  const server = await startSimServer({
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(tls
      ? {
          tls: {
            ...tls.authority.issueServer(),
            ...(tls.client ? { clientAuthority: tls.authority.certificate } : {}),
          },
        }
      : {}),
    handler: async request => {
      if (request.headers['authorization'] !== expected)
        return { status: 401, headers: { 'www-authenticate': 'Basic realm="Depots", charset="UTF-8"' } }
      const path = pathIn(request.path)
      if (path === undefined) return answer(404)
      const method = methods[request.method]
      return method ? method(path, request) : answer(405)
    },
  })
  const client = tls?.client ? tls.authority.issueClient('passeur') : undefined
  return {
    url: `${server.url}${BASE}`,
    folder,
    faults: server.faults,
    config: {
      adresse: `${server.url}${BASE}`,
      identifiant: login,
      motDePasse: password,
      ...(tls ? { autorite: Buffer.from(tls.authority.certificate) } : {}),
      ...(client ? { certificat: client.pfx, certificatMotDePasse: client.passphrase } : {}),
    },
    count: kind => readdirSync(folder).filter(name => name.startsWith('.passeur-') === (kind === 'inachevé')).length,
    async close() {
      await server.close()
      if (!options.folder) await rm(folder, { recursive: true, force: true })
    },
  }
}
