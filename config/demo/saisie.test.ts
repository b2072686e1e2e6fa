import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Readable } from 'node:stream'
import { request } from 'undici'
import { apiRoutes } from '../../core/http/api/index.ts'
import { createApp } from '../../core/http/app.ts'
import { listen, type Listening } from '../../core/http/listen.ts'
import { ACCOUNTS } from './town.ts'
import { startTestTown, type TestTown } from './town.fixture.ts'

/** What an agent may get wrong, through the API as the page and the programs use it. */

let town: TestTown
let server: Listening
const stopping = new AbortController()

beforeAll(async () => {
  town = await startTestTown()
  const { services } = town.hub.cradle
  const app = await createApp({
    routes: apiRoutes(),
    services,
    ui: '/nowhere',
    mismatch: 'fail',
    stopping: stopping.signal,
  })
  const handler = app.callback()
  server = await listen((incoming, out) => void handler(incoming, out), { host: '127.0.0.1', port: 0 })
}, 120_000)

afterAll(async () => {
  stopping.abort()
  await server.close(100)
  await town[Symbol.asyncDispose]()
})

const camille = ACCOUNTS[1]
const authorization = `Basic ${Buffer.from(`${camille.login}:${camille.password}`).toString('base64')}`

interface Answer {
  readonly status: number
  readonly body: {
    readonly id: string
    readonly version: number
    readonly code?: string
    readonly detail?: string
    readonly fields?: readonly { readonly field: string; readonly message: string }[]
    readonly problems?: readonly { readonly field: string; readonly message: string }[]
  }
}

const call = async (
  method: 'GET' | 'POST' | 'PATCH' | 'PUT',
  path: string,
  body?: object | Uint8Array | Readable,
): Promise<Answer> => {
  const raw = body instanceof Uint8Array || body instanceof Readable
  const answer = await request(`http://127.0.0.1:${server.port}/api/v3/entites/${town.town.entityId}${path}`, {
    method,
    headers: {
      authorization,
      ...(body ? { 'content-type': raw ? 'application/octet-stream' : 'application/json' } : {}),
    },
    body: body === undefined ? null : raw ? body : JSON.stringify(body),
  })
  return { status: answer.statusCode, body: (await answer.body.json()) as Answer['body'] }
}

const draft = async (values: object = {}) =>
  (await call('POST', '/documents', { flow: 'ls-actes', values: { objet: 'Essai', envoiTdt: true, ...values } })).body

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

describe('un fichier', () => {
  const put = async (content: Uint8Array | Readable, name = 'acte.pdf') => {
    const { id, version } = await draft()
    return call('PUT', `/documents/${id}/fichiers/arrete?nom=${encodeURIComponent(name)}&version=${version}`, content)
  }

  test('de 0 octet est refusé au champ où il a été déposé', async () => {
    const { status, body } = await put(new Uint8Array())
    expect(status).toBe(422)
    expect(body.fields).toEqual([
      expect.objectContaining({
        field: 'arrete',
        message: 'Le fichier « acte.pdf » est vide : déposer le bon fichier.',
      }),
    ])
  })

  test('PNG renommé en .pdf est reconnu à son contenu', async () => {
    const { status, body } = await put(PNG)
    expect(status).toBe(422)
    expect(body.fields?.[0]?.message).toContain("est de type PNG d'après son contenu ; « Acte » accepte : PDF, XML.")
  })

  test('de 300 Mo est refusé, sans que la mémoire du processus ne suive', async () => {
    const chunk = Buffer.alloc(1 << 20, 'x')
    const heavy = Readable.from(
      (function* () {
        for (let sent = 0; sent < 300; sent += 1) yield chunk
      })(),
    )
    const before = process.memoryUsage().rss
    const { status, body } = await put(heavy)
    expect(status).toBe(413)
    expect(body.code).toBe('fichier_trop_volumineux')
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000)
  })
})

describe('un champ', () => {
  test("un numéro d'acte avec une espace est refusé là où il est saisi, et rien n'est perdu du reste", async () => {
    const { id, version } = await draft()
    const { status, body } = await call('PATCH', `/documents/${id}`, {
      version,
      values: { 'tdtActes.numero': 'DEL 2026' },
    })
    expect(status).toBe(422)
    expect(body.fields).toEqual([
      expect.objectContaining({ field: 'tdtActes.numero', message: expect.stringContaining('sans espace') as string }),
    ])
    expect((await call('GET', `/documents/${id}`)).body.version).toBe(version)
  })

  test('une classification absente empêche d’envoyer, et la phrase est à son champ', async () => {
    const { id, version, problems } = await draft()
    expect(problems?.map(problem => problem.field)).toContain('tdtActes.classification')
    const { status, body } = await call('POST', `/documents/${id}/actions/envoyer`, { version })
    expect(status).toBe(422)
    expect(body.code).toBe('action_refusee')
    expect(body.fields).toContainEqual(
      expect.objectContaining({
        field: 'tdtActes.classification',
        message: "« Classification (matière) » n'est pas choisi : prendre une valeur dans la liste.",
      }),
    )
  })

  test('un code seul suffit à un programme : le libellé vient du partenaire ; un code inconnu est refusé', async () => {
    const { id, version } = await draft({ envoiSignature: true })
    const unknown = await call('PATCH', `/documents/${id}`, { version, values: { 'tdtActes.classification': '99.99' } })
    expect(unknown.body.fields?.[0]?.message).toContain("« 99.99 » n'est pas dans la liste")
    const known = await call('PATCH', `/documents/${id}`, { version, values: { 'tdtActes.classification': '1.1' } })
    expect(known.status).toBe(200)
  })

  test("la référence d'un fichier d'un autre document n'est pas acceptée parmi les valeurs", async () => {
    const { id, version } = await draft()
    const stolen = { sha256: 'a'.repeat(64), name: 'secret.pdf', size: 10, type: 'application/pdf' }
    const { status, body } = await call('PATCH', `/documents/${id}`, { version, values: { arrete: stolen } })
    expect(status).toBe(422)
    expect(body.fields?.[0]?.field).toBe('arrete')
  })
})
