import type { Readable } from 'node:stream'
import { ConfigurationError, TemporaryError } from '../../authoring/errors.ts'
import { readableSize } from '../../files/errors.ts'
import type { HttpClient, HttpRequest, HttpResponse } from '../../connectors/http.ts'
import { ofSize, watched } from '../content.ts'
import { goneSince, type Volume } from '../volume.ts'
import { webdavFailure } from './failures.ts'
import { membersOf, PROPFIND, readMultistatus, type Resource } from './multistatus.ts'
import type { WebdavSettings } from './settings.ts'

/** Without a byte: a server may check or copy what it received before it answers. */
const LONG = 600_000
/** A folder of some 100 000 entries. */
const LARGEST_LIST = 64 * 1024 * 1024

const ACTING: readonly string[] = ['PUT', 'MKCOL', 'MOVE', 'DELETE']

/** Shown to people and sent in `Destination`: without any account written in it, nor slash at its end. */
const withoutAccount = (address: string): string => {
  if (!URL.canParse(address)) return address
  const url = new URL(address)
  url.username = url.password = url.search = url.hash = ''
  return url.href.replace(/\/+$/u, '')
}

/** A folder of a WebDAV server (RFC 4918) as a Volume. */
export const webdavVolumeOn = (client: HttpClient, settings: WebdavSettings, folder: string): Volume => {
  const root = withoutAccount(settings.adresse)
  const segments = (path: string): readonly string[] => `${folder}/${path}`.split('/').filter(each => each !== '')
  const at = (path: string): string =>
    segments(path)
      .map(segment => `/${encodeURIComponent(segment)}`)
      .join('')
  /** Servers disagree on everything but this: the address of a folder ends with a slash. */
  const atFolder = (path: string): string => `${at(path)}/`
  const location = (path: string): string => [root, ...segments(path)].join('/')

  const ask = async (
    request: HttpRequest & { readonly method: NonNullable<HttpRequest['method']> },
    expected: readonly number[],
    doing: string,
  ): Promise<HttpResponse> => {
    const response = await client.request(request)
    if (expected.includes(response.status)) return response
    throw webdavFailure(response, doing, ACTING.includes(request.method))
  }

  const describe = async (path: string, depth: '0' | '1', doing: string): Promise<HttpResponse> =>
    ask(
      {
        method: 'PROPFIND',
        path,
        headers: { depth },
        body: { raw: PROPFIND, type: 'application/xml; charset=utf-8' },
        maxBytes: LARGEST_LIST,
      },
      [207, 404, 301, 302, 307, 308],
      doing,
    )

  const found = async (path: string): Promise<Resource | undefined> => {
    const doing = `lire « ${location(path)} »`
    const asked = await describe(at(path), '0', doing)
    // Some servers send whoever forgets the last slash of a folder to its true address.
    const moved = asked.status >= 300 && asked.status < 400
    const response = moved ? await describe(atFolder(path), '0', doing) : asked
    if (response.status === 404) return undefined
    if (response.status !== 207) throw webdavFailure(response, doing, false)
    const [resource] = readMultistatus(await response.text())
    return resource
  }

  const volume: Volume = {
    location,
    async stat(path) {
      const resource = await found(path)
      return resource && { kind: resource.kind, size: resource.size }
    },
    async list(path) {
      const doing = `lister « ${location(path)} »`
      const response = await describe(atFolder(path), '1', doing)
      if (response.status !== 207) throw webdavFailure(response, doing, false)
      return membersOf(readMultistatus(await response.text())).map(({ name, kind, size, modifiedAt }) => ({
        name,
        kind,
        size,
        modifiedAt,
      }))
    },
    async read(path): Promise<Readable> {
      const doing = `lire « ${location(path)} »`
      const resource = await found(path)
      const headers = { 'accept-encoding': 'identity' }
      const response = resource && (await ask({ method: 'GET', path: at(path), headers }, [200, 404], doing))
      if (!response || response.status === 404) throw new TemporaryError(goneSince(location(path)))
      // The page of a proxy is a 200 like another: its size is not that of the file.
      return ofSize(
        response.stream(),
        resource.size,
        received =>
          new TemporaryError(
            `Impossible de ${doing} : ${received} octets reçus au lieu de ${resource.size}. Un nouvel essai aura lieu.`,
          ),
      )
    },
    async makeFolder(path) {
      const doing = `créer « ${location(path)} »`
      const response = await ask({ method: 'MKCOL', path: atFolder(path) }, [201, 405], doing)
      if (response.status === 405 && (await found(path))?.kind !== 'folder') throw webdavFailure(response, doing, true)
    },
    async write(path, content, size) {
      const source = watched(content)
      try {
        await ask(
          { method: 'PUT', path: at(path), body: { stream: source.stream, size }, timeout: LONG },
          [200, 201, 204],
          `écrire « ${location(path)} »`,
        )
      } catch (error) {
        throw source.failure() ?? error
      }
    },
    async rename(from, to) {
      const doing = `donner son nom à « ${location(to)} »`
      const isFolder = (await found(from))?.kind === 'folder'
      const address = isFolder ? atFolder : at
      const response = await ask(
        {
          method: 'MOVE',
          path: address(from),
          headers: { destination: `${root}${address(to)}`, overwrite: 'F' },
          timeout: LONG,
        },
        [201, 204, 412],
        doing,
      )
      return response.status === 412 ? 'exists' : 'renamed'
    },
    async replace(from, to) {
      await ask(
        {
          method: 'MOVE',
          path: at(from),
          headers: { destination: `${root}${at(to)}`, overwrite: 'T' },
          timeout: LONG,
        },
        [201, 204],
        `remplacer « ${location(to)} »`,
      )
    },
    async remove(path) {
      const resource = await found(path)
      if (!resource) return
      const address = resource.kind === 'folder' ? atFolder(path) : at(path)
      await ask({ method: 'DELETE', path: address, timeout: LONG }, [200, 204, 404], `retirer « ${location(path)} »`)
    },
    async check() {
      const doing = `ouvrir « ${location('')} »`
      const options = await ask({ method: 'OPTIONS', path: atFolder('') }, [200, 204], doing)
      if (!options.headers['dav'])
        throw new ConfigurationError(
          `L'adresse « ${location('')} » répond, mais ne parle pas WebDAV : vérifiez-la, et que WebDAV y est ouvert.`,
        )
      const resource = await found('')
      if (!resource) throw webdavFailure({ status: 404, headers: {} }, doing, false)
      if (resource.kind === 'file')
        throw new ConfigurationError(`« ${location('')} » n'est pas un dossier : corrigez l'adresse.`)
      const server = options.headers['server'] ?? 'serveur WebDAV'
      const free = resource.available === undefined ? '' : ` ; il y reste ${readableSize(resource.available)}`
      const as = settings.identifiant === undefined ? '' : ` comme « ${settings.identifiant} »`
      return `Connecté${as} (${server}) ; le dossier « ${location('')} » est accessible${free}.`
    },
    close: async () => undefined,
  }
  return volume
}
