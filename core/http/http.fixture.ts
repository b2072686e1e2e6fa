import { createSignIn } from '../access/sign-in.ts'
import { rightsCatalogue } from '../access/rights.ts'
import { grantRole, saveRole } from '../access/roles.ts'
import { createThrottle } from '../access/throttle.ts'
import { createUser } from '../access/users.ts'
import type { Log } from '../authoring/context.ts'
import type { Db } from '../db/knex.ts'
import { createEntity } from '../entities/entities.ts'
import { createApp } from './app.ts'
import { listen } from './listen.ts'
import type { Route } from './route.ts'
import type { HttpSettings, Services } from './services.ts'

export const PASSWORD = 'Traverser-la-Loire-à-gué'

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown> & { readonly code?: string }
}

/** Speaks JSON to a server, with what proves who speaks. */
export interface Client {
  get(path: string): Promise<Answered>
  send(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answered>
  raw(path: string, options?: RequestInit): Promise<Response>
}

export const clientOf = (base: string, proof: Readonly<Record<string, string>> = {}): Client => {
  const raw = (path: string, { headers, ...options }: RequestInit = {}) =>
    fetch(`${base}${path}`, { ...options, headers: { ...proof, ...(headers as Record<string, string> | undefined) } })
  const read = async (response: Response): Promise<Answered> => {
    const text = await response.text()
    const json = (response.headers.get('content-type') ?? '').includes('json')
    return {
      status: response.status,
      headers: response.headers,
      body: (json ? JSON.parse(text) : { text }) as Answered['body'],
    }
  }
  return {
    raw,
    get: async path => read(await raw(path)),
    send: async (method, path, body, headers = {}) =>
      read(
        await raw(
          path,
          body === undefined
            ? { method, headers }
            : { method, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) },
        ),
      ),
  }
}

export const basic = (login: string, password = PASSWORD): Readonly<Record<string, string>> => ({
  authorization: `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`,
})

export interface TestServer extends AsyncDisposable {
  /** `http://127.0.0.1:port`. */
  readonly origin: string
  /** `…/api/v3`, with these headers on each request. */
  as(proof?: Readonly<Record<string, string>>): Client
  /** Everything that was logged. */
  readonly logged: readonly { readonly facts: object; readonly message: string }[]
  readonly services: Services
}

export interface TestServerOptions {
  readonly db: Db
  readonly routes: readonly Route[]
  readonly services?: Partial<Services>
  readonly settings?: Partial<HttpSettings>
  readonly mismatch?: 'drop' | 'fail'
  readonly ui?: string
  readonly pingEvery?: number
}

/** The real application on a real port, over a real database. */
export const startTestServer = async (options: TestServerOptions): Promise<TestServer> => {
  const logged: { facts: object; message: string }[] = []
  const write = (facts: object, message: string): void => void logged.push({ facts, message })
  const log: Log = { debug: write, info: write, warn: write, error: write }
  const clock = { now: () => new Date() }
  const settings: HttpSettings = {
    publicUrl: 'http://localhost:3000',
    sessionLifetime: 3_600_000,
    uploadLimit: 50_000_000,
    metrics: false,
    behindProxy: false,
    ...options.settings,
  }
  const services = {
    db: options.db,
    clock,
    log,
    settings,
    signIn: createSignIn({ db: options.db, throttle: createThrottle(options.db), clock }),
    rightsCatalogue: () => rightsCatalogue([]),
    ...options.services,
  } as Services
  const stopping = new AbortController()
  const app = await createApp({
    routes: options.routes,
    services,
    ui: options.ui ?? '/nowhere',
    mismatch: options.mismatch ?? 'fail',
    stopping: stopping.signal,
    ...(options.pingEvery === undefined ? {} : { pingEvery: options.pingEvery }),
  })
  const handler = app.callback()
  const server = await listen((request, response) => void handler(request, response), { host: '127.0.0.1', port: 0 })
  const origin = `http://127.0.0.1:${server.port}`
  return {
    origin,
    as: proof => clientOf(`${origin}/api/v3`, proof),
    logged,
    services,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await server.close(100)
    },
  }
}

/** Two towns that must never see each other, a service of the first, and someone with every right in each. */
export const twoTowns = async (db: Db) => {
  const town = await createEntity(db, { name: 'Ville' })
  const service = await createEntity(db, { name: 'Service des assemblées', kind: 'service', parentId: town.id })
  const neighbour = await createEntity(db, { name: 'Voisine' })
  await saveRole(db, { id: 'admin', label: 'Administrateur', rights: ['*'] })
  const admin = async (login: string, entityId: string) => {
    const user = await createUser(db, { login, firstName: 'Camille', lastName: 'Durand', password: PASSWORD, entityId })
    await grantRole(db, { userId: user.id, entityId, roleId: 'admin' })
    return user
  }
  return {
    town: town.id,
    service: service.id,
    neighbour: neighbour.id,
    admin: await admin('admin', '0'),
    agent: await admin('agent', town.id),
    stranger: await admin('voisin', neighbour.id),
  }
}
