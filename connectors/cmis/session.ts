import {
  ConfigurationError,
  TemporaryError,
  type ConnectContext,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
} from '#core'
import { cmisFailure, readFault, type CmisFault } from './failures.ts'
import type { cmisFields, CmisSettings } from './fields.ts'
import { propertyFields, type FormFields } from './form.ts'
import { FILTER, readObject, type CmisObject } from './objects.ts'
import type { Property } from './properties.ts'

/** Without a byte: a repository indexes and copies what it received before it answers. */
const UPLOAD = 600_000
const READ = 120_000
const LARGEST_ANSWER = 32 * 1024 * 1024

/** A repository, as the service presents it (CMIS 1.1 §5.4.3.1). */
export interface Repository {
  readonly repositoryId: string
  readonly repositoryUrl: string
  readonly rootFolderUrl: string
  readonly productName?: string
  readonly productVersion?: string
  readonly cmisVersionSupported?: string
}

type CmisContext = Pick<ConnectContext<typeof cmisFields>, 'config' | 'http'>

/** One pool of connections by instance: it lasts as long as the context it came from. */
const clients = new WeakMap<CmisSettings, HttpClient>()

const clientOf = ({ config, http }: CmisContext, { origin }: URL): HttpClient => {
  const known = clients.get(config)
  if (known) return known
  const client = http.client({
    baseUrl: origin,
    basic: { user: config.identifiant, password: config.motDePasse },
    ...(config.autorite ? { tls: { ca: config.autorite } } : {}),
  })
  clients.set(config, client)
  return client
}

const notBrowserBinding = (): ConfigurationError =>
  new ConfigurationError(
    "L'adresse répond, mais pas comme la liaison « navigateur » (browser binding) de CMIS 1.1. Corrigez-la dans les réglages du connecteur : elle finit par « /cmis/versions/1.1/browser » pour Alfresco, « /json/cmis » pour Nuxeo. La liaison AtomPub n'est pas comprise.",
  )

const isRepository = (value: unknown): value is Repository => {
  const { repositoryId, repositoryUrl, rootFolderUrl } = Object(value) as Partial<Record<keyof Repository, unknown>>
  return [repositoryId, repositoryUrl, rootFolderUrl].every(each => typeof each === 'string')
}

const chosen = (repositories: readonly Repository[], wanted: string | undefined): Repository => {
  const found =
    wanted === undefined ? repositories[0] : repositories.find(({ repositoryId }) => repositoryId === wanted)
  if (found) return found
  if (wanted === undefined) throw notBrowserBinding()
  const known = repositories.map(({ repositoryId }) => `« ${repositoryId} »`).join(', ')
  throw new ConfigurationError(
    `La GED ne connaît pas le dépôt « ${wanted} » ; elle propose ${known}. Corrigez « Dépôt (repository) » dans les réglages du connecteur.`,
  )
}

/**
 * The path of an address that the service gave. Its host is not followed: behind a proxy it is often an inner name, and the account
 * must not leave for a host that the administrator did not write.
 */
const pathOf = (address: string, base: string): string => {
  if (!URL.canParse(address, base)) throw notBrowserBinding()
  const { pathname } = new URL(address, base)
  return pathname.replace(/\/+$/u, '')
}

/** `/Sites/été` → `/Sites/%C3%A9t%C3%A9`; nothing for the root. */
export const encodedPath = (path: string): string =>
  path
    .split('/')
    .filter(segment => segment !== '')
    .map(segment => `/${encodeURIComponent(segment)}`)
    .join('')

const isObjectMissing = ({ status, exception }: CmisFault): boolean => status === 404 && exception === 'objectNotFound'

/** Opens a session of the browser binding (`ged-cmis.md` §2): asks the service for its repositories, and chooses one. */
export const openSession = async (context: CmisContext) => {
  const { config } = context
  if (!URL.canParse(config.adresse))
    throw new ConfigurationError(
      `« ${config.adresse} » n'est pas une adresse web : corrigez « Adresse du service CMIS » dans les réglages du connecteur.`,
    )
  const service = new URL(config.adresse)
  const client = clientOf(context, service)

  const get = async (path: string, query: HttpRequest['query'] = {}): Promise<HttpResponse> =>
    client.request({
      path,
      query,
      headers: { accept: 'application/json' },
      timeout: READ,
      maxBytes: LARGEST_ANSWER,
    })

  const opening = "ouvrir le service CMIS de l'adresse indiquée"
  const described = await get(`${service.pathname}${service.search}`)
  if (described.status !== 200) {
    const fault = await readFault(described)
    throw fault.status === 404 || fault.status === 405 ? notBrowserBinding() : cmisFailure(fault, opening, false)
  }
  if (/xml/iu.test(described.headers['content-type'] ?? '')) throw notBrowserBinding()
  const answer = await described.json<unknown>()
  const repository = chosen(Object.values(Object(answer) as object).filter(isRepository), config.depot)
  const root = pathOf(repository.rootFolderUrl, config.adresse)
  const typesPath = pathOf(repository.repositoryUrl, config.adresse)

  const succeeded = async (response: HttpResponse, doing: string): Promise<HttpResponse> => {
    if (response.status === 200) return response
    throw cmisFailure(await readFault(response), doing, false)
  }

  const unreadable = (doing: string, maybeSent: boolean): TemporaryError =>
    new TemporaryError(`Impossible de ${doing} : la GED a répondu sans décrire l'objet. Un nouvel essai aura lieu.`, {
      maybeSent,
    })

  return {
    repository,

    /** The object at a path from the root of the repository (`/Sites/actes`), encoded. */
    async at(
      path: string,
      doing: string,
      options: { readonly allowed?: boolean } = {},
    ): Promise<CmisObject | undefined> {
      const response = await get(`${root}${path}`, {
        cmisselector: 'object',
        succinct: true,
        filter: FILTER,
        includeAllowableActions: options.allowed ?? false,
      })
      if (response.status !== 200) {
        const fault = await readFault(response)
        if (isObjectMissing(fault)) return undefined
        throw cmisFailure(fault, doing, false)
      }
      const object = readObject(await response.json())
      if (!object) throw unreadable(doing, false)
      return object
    },

    /** One page of what a folder holds. */
    async children(path: string, skip: number, doing: string) {
      const response = await get(`${root}${path}`, {
        cmisselector: 'children',
        succinct: true,
        filter: FILTER,
        maxItems: 100,
        skipCount: skip,
      })
      const { objects, hasMoreItems } = await (
        await succeeded(response, doing)
      ).json<{ objects?: readonly { readonly object?: unknown }[]; hasMoreItems?: boolean }>()
      if (!objects) throw unreadable(doing, false)
      return { objects: objects.map(({ object }) => readObject(object)), more: hasMoreItems === true }
    },

    async content({ id }: CmisObject, doing: string): Promise<HttpResponse> {
      const response = await client.request({
        path: root === '' ? '/' : root,
        query: { cmisselector: 'content', objectId: id },
        headers: { 'accept-encoding': 'identity' },
        timeout: READ,
      })
      return succeeded(response, doing)
    },

    /** The definition of a type; `undefined` when the repository does not know it. */
    async typeDefinition(typeId: string, doing: string): Promise<unknown> {
      const response = await get(typesPath, { cmisselector: 'typeDefinition', typeId })
      if (response.status === 404 || response.status === 400) {
        const fault = await readFault(response)
        if (fault.exception !== undefined) return undefined
        throw cmisFailure(fault, doing, false)
      }
      return (await succeeded(response, doing)).json()
    },

    /**
     * Changes something: `on` is a path or an object.
     * @returns the object, or the fault when the repository has refused (409), for the caller to look at what is there
     */
    async act(
      on: string | CmisObject,
      action: string,
      about: { readonly properties?: readonly Property[]; readonly fields?: FormFields },
      doing: string,
    ): Promise<
      | { readonly is: 'done'; readonly object: CmisObject | undefined }
      | { readonly is: 'conflict'; readonly fault: CmisFault }
    > {
      const fields = [
        ['cmisaction', action],
        ['succinct', 'true'],
        ...propertyFields(about.properties ?? []),
        ...(about.fields ?? []),
      ]
      const response = await client.request({
        method: 'POST',
        ...(typeof on === 'string'
          ? { path: `${root}${on}` }
          : { path: root === '' ? '/' : root, query: { objectId: on.id } }),
        headers: { accept: 'application/json' },
        body: { form: Object.fromEntries(fields) as Record<string, string> },
        timeout: UPLOAD,
      })
      if (response.status === 409) return { is: 'conflict', fault: await readFault(response) }
      if (![200, 201, 204].includes(response.status)) throw cmisFailure(await readFault(response), doing, true)
      const body = await response.text()
      if (body.trim() === '') return { is: 'done', object: undefined }
      try {
        return { is: 'done', object: readObject(JSON.parse(body)) }
      } catch (cause) {
        throw new TemporaryError(
          `Impossible de ${doing} : ce n'est pas la GED qui a répondu (sans doute une page de maintenance ou d'un serveur mandataire). Un nouvel essai aura lieu.`,
          { maybeSent: true, cause },
        )
      }
    },

    /** Sends a form with a content; the same outcomes as `act`. */
    async upload(path: string, body: NonNullable<HttpRequest['body']>, doing: string): Promise<CmisFault | undefined> {
      const response = await client.request({
        method: 'POST',
        path: `${root}${path}`,
        headers: { accept: 'application/json' },
        body,
        timeout: UPLOAD,
      })
      if (response.status === 409) return readFault(response)
      if (response.status !== 200 && response.status !== 201) throw cmisFailure(await readFault(response), doing, true)
      // The size is read again by whoever deposits: a page of a proxy is found out then.
      await response.text()
      return undefined
    },
  }
}

export type CmisSession = Awaited<ReturnType<typeof openSession>>
