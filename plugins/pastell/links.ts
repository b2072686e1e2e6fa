import type { Mount, MountAnswer, MountRequest, Services } from '#core'

/** What the query of a link says; nothing where it says something that cannot be. */
interface Query {
  readonly entity: string | undefined
  readonly document: string | undefined
  readonly instance: string | undefined
  readonly flow: string | undefined
}

type Target = (query: Query, services: Services) => string | undefined | Promise<string | undefined>

const documents: Target = ({ entity, flow }) =>
  entity === undefined ? undefined : `/entites/${entity}/documents${flow === undefined ? '' : `?flux=${flow}`}`
const document: Target = ({ entity, document: id }) =>
  entity === undefined || id === undefined ? undefined : `/entites/${entity}/documents/${id}`
const edition: Target = async (query, services) => {
  const page = await document(query, services)
  return page === undefined ? undefined : `${page}/modifier`
}
const connectors: Target = ({ entity }) => (entity === undefined ? undefined : `/entites/${entity}/connecteurs`)
/** These links name the connector alone. Which entity holds it is a number, which gives nothing to whoever may not see it. */
const connector: Target = async ({ instance }, { db }) => {
  if (instance === undefined) return undefined
  const found = await db('connector_instances')
    .where({ id: instance })
    .first<{ readonly entityId: string } | undefined>('entityId')
  return found && `/entites/${found.entityId}/connecteurs/${instance}`
}
const home: Target = () => '/'

/** The pages of Pastell that e-mails, portals and business software keep, in lower case, and where they are now. */
const PAGES: Readonly<Record<string, Target>> = {
  '/document/detail': document,
  '/document/edition': edition,
  '/document/index': documents,
  '/document/list': documents,
  '/document/search': documents,
  '/entite/detail': documents,
  '/entite/connecteur': connectors,
  '/flux/index': connectors,
  '/flux/detail': connectors,
  '/connecteur/edition': connector,
  '/connecteur/editionmodif': connector,
  '/connecteur/etat': connector,
  '/connexion/connexion': () => '/connexion',
  '/connexion/index': () => '/connexion',
  '/index.php': home,
}

/** `/document/detail.php`, as Pastell 1 had it, is the same page; a last slash is nothing. */
const pageOf = (path: string): Target | undefined => {
  const lower = path.replace(/\/+$/u, '').toLowerCase()
  const name = lower === '/index.php' ? lower : lower.replace(/\.php$/u, '')
  return Object.hasOwn(PAGES, name) ? PAGES[name] : undefined
}

const parts = ({ target }: Pick<MountRequest, 'target'>) => {
  const [path = '/', query = ''] = target.split(/\?(.*)/su)
  // Mail readers turn « & » into « &amp; » in a link that they copy.
  return { path, query: new URLSearchParams(query.replaceAll('&amp;', '&')) }
}

const read = (query: URLSearchParams): Query => {
  const like = (name: string, shape: RegExp) => {
    const value = query.get(name)?.trim() ?? ''
    return shape.test(value) ? value : undefined
  }
  return {
    entity: like('id_e', /^\d{1,18}$/u),
    document: like('id_d', /^[\w-]{1,64}$/u),
    instance: like('id_ce', /^\d{1,18}$/u),
    flow: like('type', /^[\w-]{1,64}$/u),
  }
}

const handle = async (request: MountRequest, services: Services): Promise<MountAnswer> => {
  const { path, query } = parts(request)
  const location = await (pageOf(path) ?? home)(read(query), services)
  return { status: 302, headers: { Location: location ?? '/', 'Cache-Control': 'no-store' } }
}

/** Deep links into Pastell's pages lead to ours; what they name is looked up, and its rights checked, by the page they lead to. */
export const pastellLinks: Mount = {
  owns: ({ method, path }) => (method === 'GET' || method === 'HEAD') && pageOf(path) !== undefined,
  handle,
}
