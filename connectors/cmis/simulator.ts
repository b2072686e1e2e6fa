import { createReadStream } from 'node:fs'
import {
  createAuthority,
  startSimServer,
  type Authority,
  type Issued,
  type SimRequest,
  type SimResponse,
  type Simulator,
} from '#core/testing'
import { createTree, forgetSegments, same, type Node, type Tree } from './simulator-tree.ts'
import { fault, readProperties, typeDefinition } from './simulator-types.ts'

export interface CmisSimulatorOptions {
  readonly port?: number
  /** Of the certificate of the server; one of its own unless told. */
  readonly authority?: Authority
  /** Served in clear: only for the tests that open hundreds of connections. */
  readonly clear?: boolean
  /** Keeps two objects of the same name, and finds them by the name that they were created under: the manners of Nuxeo. */
  readonly duplicates?: boolean
  /** Bytes that the repository still accepts. */
  readonly quota?: number
  /** Most children of one page, whatever is asked. */
  readonly pageSize?: number
  /** Host that the service believes to have, behind its proxy. */
  readonly innerHost?: string
  /** Whether the account may create anything in the folder. */
  readonly readOnly?: boolean
}

export interface CmisSimulator extends Simulator {
  /** Path below the folder of the settings → content, working names included. */
  contents(): Promise<Record<string, Buffer>>
  /** What is kept beside a file: its properties, its type, the name and the size of its content. */
  about(path: string): (Record<string, unknown> & { readonly filename: string; readonly size: number }) | undefined
  /** Puts there a file that somebody else made, or takes one away as a consumer does. */
  put(path: string): void
  take(path: string): void
  /** The next creation is done, then answered by a 500. */
  failAfterCreation(): void
}

const BASE = '/alfresco/api/-default-/public/cmis/versions/1.1/browser'
const FOLDER = ['Sites', 'actes', 'documentLibrary']
const LOGIN = 'passeur'
const PASSWORD = 'mot de passe de démonstration'

let shared: Authority | undefined
const certificates = new WeakMap<Authority, Issued>()
/** Signing takes longer than most tests: one certificate by authority. */
const certificateOf = (authority: Authority): Issued => {
  const issued = certificates.get(authority) ?? authority.issueServer()
  certificates.set(authority, issued)
  return issued
}

const objectOf = (node: Node): object => ({
  'cmis:objectId': node.id,
  'cmis:name': node.name,
  'cmis:baseTypeId': node.kind === 'folder' ? 'cmis:folder' : 'cmis:document',
  'cmis:objectTypeId': node.type,
  'cmis:lastModificationDate': Date.now(),
  'cmis:changeToken': null,
  ...(node.kind === 'file' ? { 'cmis:contentStreamLength': node.file?.size ?? 0 } : {}),
})

/** A CMIS 1.1 service with two repositories, over TLS, with the manners and the words of Alfresco. Faults are planned on `POST createDocument /path`. */
export const createSimulator = async (options: CmisSimulatorOptions = {}): Promise<CmisSimulator> => {
  const { duplicates = false, pageSize = 100 } = options
  const authority = options.clear ? undefined : (options.authority ?? (shared ??= createAuthority()))
  const trees: Readonly<Record<string, Tree>> = { '-default-': createTree(), archives: createTree() }
  const main = trees['-default-'] ?? createTree()
  const folderIn = (parent: Node, name: string) =>
    main.add({ name, parent, kind: 'folder', type: 'cmis:folder', properties: new Map(), file: undefined })
  const target = FOLDER.reduce(folderIn, main.root)
  const viewed = (tree: Tree): Tree => (duplicates ? tree : forgetSegments(tree))
  const tree = viewed(main)
  let left = options.quota ?? Infinity
  let failing = false

  const success = (node: Node, status = 200): SimResponse => ({ status, json: { succinctProperties: objectOf(node) } })
  const conflict = (held: Tree, parent: Node, name: string, self?: Node): SimResponse | undefined =>
    !duplicates && held.children(parent).some(each => each !== self && same(each.name, name))
      ? fault(409, 'contentAlreadyExists', `An object with name '${name}' already exists.`)
      : undefined

  const create = (held: Tree, parent: Node, kind: Node['kind'], request: SimRequest): SimResponse => {
    const read = readProperties(request)
    if (!read.ok) return read.answer
    if (options.readOnly) return fault(403, 'permissionDenied', 'Permission denied')
    const name = read.properties.get('cmis:name')?.toString() ?? ''
    const [file] = request.files
    const taken = conflict(held, parent, name)
    if (taken) return taken
    if ((file?.size ?? 0) > left) return fault(507, 'storage', 'Content quota exceeded')
    left -= file?.size ?? 0
    const node = held.add({ name, parent, kind, type: read.type, properties: read.properties, file })
    if (!failing) return success(node, 201)
    failing = false
    return fault(500, 'runtime', '10280042 Failed to write audit entry')
  }

  const actions: Readonly<Record<string, (held: Tree, node: Node, request: SimRequest) => SimResponse>> = {
    createFolder: (held, node, request) => create(held, node, 'folder', request),
    createDocument: (held, node, request) => create(held, node, 'file', request),
    update: (held, node, request) => {
      const read = readProperties(request, node.type)
      if (!read.ok) return read.answer
      const name = read.properties.get('cmis:name')?.toString() ?? node.name
      const taken = node.parent && conflict(held, node.parent, name, node)
      if (taken) return taken
      node.name = name
      return success(node)
    },
    move: (held, node, request) => {
      const to = held.byId(request.field('targetFolderId') ?? '')
      if (!to || node.parent?.id !== request.field('sourceFolderId'))
        return fault(400, 'invalidArgument', 'The source or target folder is not valid.')
      const taken = conflict(held, to, node.name)
      if (taken) return taken
      node.parent = to
      return success(node)
    },
    delete: (held, node) => {
      if (held.children(node).length > 0)
        return fault(409, 'constraint', `Could not delete folder with at least one child!`)
      held.remove(node)
      return {}
    },
    deleteTree: (held, node) => {
      held.remove(node)
      return {}
    },
  }

  const selectors: Readonly<Record<string, (held: Tree, node: Node, request: SimRequest) => SimResponse>> = {
    object: (_, node) => ({
      json: {
        succinctProperties: objectOf(node),
        allowableActions: { canCreateDocument: !options.readOnly, canCreateFolder: !options.readOnly },
      },
    }),
    children: (held, node, { query }) => {
      const all = held.children(node)
      const skip = Number(query.get('skipCount') ?? 0)
      const page = all.slice(skip, skip + Math.min(pageSize, Number(query.get('maxItems') ?? 100)))
      return {
        json: {
          objects: page.map(each => ({ object: { succinctProperties: objectOf(each) } })),
          hasMoreItems: skip + page.length < all.length,
          numItems: all.length,
        },
      }
    },
    content: (_, { file }) =>
      file
        ? { body: createReadStream(file.path), headers: { 'content-type': file.type } }
        : fault(409, 'constraint', 'Object has no content stream!'),
  }

  const repositoriesFor = (host: string): SimResponse => ({
    json: Object.fromEntries(
      Object.keys(trees).map(id => [
        id,
        {
          repositoryId: id,
          repositoryName: '',
          vendorName: 'Alfresco',
          productName: 'Alfresco Community (simulateur)',
          productVersion: '7.4.0',
          cmisVersionSupported: '1.1',
          repositoryUrl: `${host}${BASE}/${id}`,
          rootFolderUrl: `${host}${BASE}/${id}/root`,
        },
      ]),
    ),
  })

  const pathIn = ({ path }: SimRequest): { readonly repository: string; readonly segments: readonly string[] } => {
    const [repository = '', , ...segments] = decodeURIComponent(path.slice(BASE.length + 1)).split('/')
    return { repository, segments: segments.filter(each => each !== '') }
  }

  const handler = (request: SimRequest): SimResponse => {
    const expected = `Basic ${Buffer.from(`${LOGIN}:${PASSWORD}`).toString('base64')}`
    if (request.headers['authorization'] !== expected) return fault(401, 'unauthorized', 'Authorization Required')
    if (request.path === BASE)
      return repositoriesFor(options.innerHost ?? `http${authority ? 's' : ''}://${request.headers['host'] ?? ''}`)
    const { repository, segments } = pathIn(request)
    const raw = request.path.startsWith(`${BASE}/`) ? trees[repository] : undefined
    if (!raw) return { status: 404, body: '<html><body>Not Found</body></html>' }
    const held = viewed(raw)
    const selector = request.query.get('cmisselector') ?? ''
    if (selector === 'typeDefinition') return typeDefinition(request.query.get('typeId') ?? '')
    const id = request.query.get('objectId')
    const node = id === null ? held.find(segments) : held.byId(id)
    if (!node) return fault(404, 'objectNotFound', `Object not found: ${id ?? `/${segments.join('/')}`}`)
    const serve = request.method === 'GET' ? selectors[selector] : actions[request.field('cmisaction') ?? '']
    return serve ? serve(held, node, request) : fault(405, 'notSupported', 'Unknown operation')
  }

  const server = await startSimServer({
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(authority ? { tls: certificateOf(authority) } : {}),
    named: request =>
      `${request.method} ${request.query.get('cmisselector') ?? request.field('cmisaction') ?? 'service'} /${pathIn(request).segments.join('/')}`,
    handler,
  })

  const filesUnder = (node: Node): readonly Node[] => [
    ...(node.kind === 'file' ? [node] : []),
    ...tree.children(node).flatMap(filesUnder),
  ]
  const relative = (node: Node): string => tree.pathOf(node).slice(tree.pathOf(target).length + 1)
  const fileAt = (path: string): Node | undefined => filesUnder(target).find(each => relative(each) === path)

  return {
    url: `${server.url}${BASE}`,
    faults: server.faults,
    config: {
      adresse: `${server.url}${BASE}`,
      identifiant: LOGIN,
      motDePasse: PASSWORD,
      ...(authority ? { autorite: Buffer.from(authority.certificate) } : {}),
      dossier: tree.pathOf(target),
    },
    contents: async () =>
      Object.fromEntries(
        await Promise.all(
          filesUnder(target).map(
            async node => [relative(node), (await node.file?.bytes()) ?? Buffer.alloc(0)] as const,
          ),
        ),
      ),
    about: path => {
      const node = fileAt(path)
      return (
        node && {
          ...Object.fromEntries(node.properties),
          id: node.id,
          mime: node.file?.type,
          filename: node.file?.filename ?? '',
          size: node.file?.size ?? 0,
        }
      )
    },
    put: name =>
      void main.add({
        name,
        parent: target,
        kind: 'file',
        type: 'cmis:document',
        properties: new Map(),
        file: undefined,
      }),
    take: name => {
      for (const node of tree.children(target)) if (node.name === name) main.remove(node)
    },
    failAfterCreation: () => void (failing = true),
    count: kind =>
      tree.children(target).filter(({ name }) => name.startsWith('.passeur-') === (kind === 'inachevé')).length,
    close: () => server.close(),
  }
}
