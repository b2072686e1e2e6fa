import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answer, jsonOf, Refusal } from './http.ts'
import { current, itinerary, moveTo, note, type Stored } from './hub.ts'
import { routes, type Asked, type Town } from './routes.ts'
import { BUILT, serveUi } from './static.ts'
import { associations, documents, instances } from './town.ts'

const COOKIE = 'passeur_session=fake'
const session = {
  user: { id: 'u1', login: 'agent', firstName: 'Agathe', lastName: 'Agent', email: 'agathe@demonstration.fr' },
  csrf: 'jeton-csrf',
  home: '1',
}

export interface FakeServer {
  readonly url: string
  readonly town: Town
  /** Cuts every stream of events, as a restart of the server does. */
  readonly cutEvents: () => void
  /** Someone else changes a document. */
  readonly changeElsewhere: (id: string) => void
  readonly close: () => Promise<void>
}

/**
 * A small honest stand-in for the hub: the native API over a real socket, in memory, with documents that move by themselves.
 * @param options.pace milliseconds between two states of a document on its way
 * @param options.screens folder of the built UI
 */
export const startFakeServer = async ({ pace = 1_500, port = 0, screens = BUILT } = {}): Promise<FakeServer> => {
  const listeners = new Set<ServerResponse>()
  const tell = (document: Stored) => {
    const data = JSON.stringify({
      documentId: document.id,
      version: document.version,
      state: current(document),
      flow: 'ls-actes',
    })
    for (const listener of listeners) listener.write(`event: document\ndata: ${data}\n\n`)
  }
  const start = (document: Stored) => {
    const states = [...itinerary(document)]
    const next = () => {
      const state = states.shift()
      if (!state) return
      moveTo(document, state, state === 'signature.envoye' ? 'En attente de signature par le maire.' : '')
      tell(document)
      setTimeout(next, pace).unref()
    }
    next()
  }
  const town: Town = {
    documents: documents(),
    instances: instances(),
    recordings: [],
    reports: [],
    associations: associations(),
    files: new Map(),
    tell,
    start,
  }

  const signIn = async (request: IncomingMessage, response: ServerResponse) => {
    const { login, password } = await jsonOf(request)
    if (login !== 'agent' || password !== 'passeur')
      throw new Refusal(401, 'identifiants_invalides', "L'identifiant ou le mot de passe est inexact.")
    answer(response, 200, session, { 'set-cookie': `${COOKIE}; HttpOnly; SameSite=Lax; Path=/` })
  }

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://fake')
    if (!url.pathname.startsWith('/api/v3/')) return serveUi(screens, url.pathname, response)
    const parts = url.pathname.slice('/api/v3/'.length).split('/').map(decodeURIComponent)
    const method = request.method ?? 'GET'
    if (method === 'POST' && parts[0] === 'session') return signIn(request, response)
    if (!request.headers.cookie?.includes(COOKIE))
      throw new Refusal(401, 'non_authentifie', 'Identifiez-vous pour continuer.')
    if (method !== 'GET' && request.headers['x-csrf-token'] !== session.csrf)
      throw new Refusal(403, 'csrf', 'Jeton absent.')
    if (parts[0] === 'session') {
      return method === 'DELETE'
        ? answer(response, 204, undefined, { 'set-cookie': 'passeur_session=; Max-Age=0; Path=/' })
        : answer(response, 200, session)
    }
    if (parts[2] === 'evenements') {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(': ping\n\n')
      listeners.add(response)
      return void response.on('close', () => listeners.delete(response))
    }
    await respond(town, { request, response, parts, query: url.searchParams })
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      request.resume()
      if (error instanceof Refusal)
        return answer(response, error.status, {
          status: error.status,
          code: error.code,
          title: error.message,
          fields: error.fields,
        })
      answer(response, 500, { status: 500, code: 'erreur_interne', title: String(error) })
    })
  })
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    town,
    cutEvents: () => listeners.forEach(listener => listener.destroy()),
    changeElsewhere: id => {
      const document = town.documents.find(each => each.id === id)
      if (!document) throw new Error(`no document ${id}`)
      note(document, 'edit', 'Modification', '', 'Bruno Bureau')
      tell(document)
    },
    close: () => {
      server.closeAllConnections()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}

const respond = async (town: Town, asked: Asked): Promise<void> => {
  const { request, response, parts } = asked
  const route = routes.find(({ method, path }) => {
    const shape = path.split('/')
    return (
      method === request.method &&
      shape.length === parts.length &&
      shape.every((part, index) => part === '*' || part === parts[index])
    )
  })
  if (!route) throw new Refusal(404, 'introuvable', "Cette adresse n'existe pas.")
  const body = await route.handle(town, asked)
  if (response.headersSent) return
  const status = body === undefined ? 204 : request.method === 'POST' && parts.length === 3 ? 201 : 200
  answer(response, status, body)
}
