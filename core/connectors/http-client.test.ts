import { Readable } from 'node:stream'
import { createServer, type Server, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ConfigurationError, PermanentError, TemporaryError } from '../authoring/errors.ts'
import { keptLog } from '../testing/connect.ts'
import { temporaryFiles } from '../testing/disk-files.ts'
import { startSimServer, type SimRequest, type SimResponse, type SimServer } from '../testing/sim-server.ts'
import { createHttp, patienceOf } from './http-client.ts'
import type { HttpOptions } from './http.ts'

let files: Awaited<ReturnType<typeof temporaryFiles>>
let server: SimServer
let last: SimRequest | undefined
let respond: (request: SimRequest) => SimResponse | Promise<SimResponse> = () => ({ body: 'ok' })
const log = keptLog()
const allowedRanges = ['127.0.0.0/8', '::1']
const openHttp: ReturnType<typeof createHttp>[] = []
const clientOf = (options: Partial<HttpOptions> = {}, ranges = allowedRanges) => {
  const http = createHttp({ files, log, allowedRanges: ranges })
  openHttp.push(http)
  return http.client({ baseUrl: server.url, ...options })
}

beforeAll(async () => {
  files = await temporaryFiles()
  server = await startSimServer({
    charset: 'latin1',
    handler: request => {
      last = request
      return respond(request)
    },
  })
})
afterEach(async () => {
  respond = () => ({ body: 'ok' })
  server.faults.clear()
  for (const http of openHttp.splice(0)) await http.close()
})
afterAll(async () => {
  await server.close()
  await files[Symbol.asyncDispose]()
})

const failureOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('requests', () => {
  test('a multipart body is streamed from the store with its exact length, texts in latin1 when asked', async () => {
    const acte = await files.save(Readable.from(['début ', 'fin']), 'délibération n°1.pdf')
    const response = await clientOf().request({
      method: 'POST',
      path: '/creer.php',
      query: { api: 1, vide: undefined },
      body: {
        charset: 'latin1',
        parts: [
          { name: 'subject', value: 'Élection de l’adjoint – 12 €, cœur de ville' },
          { name: 'acte_pdf_file', file: acte, filename: acte.name },
        ],
      },
    })
    expect(response.status).toBe(200)
    expect(last?.query.toString()).toBe('api=1')
    expect(last?.field('subject')).toBe("Élection de l'adjoint - 12 EUR, coeur de ville")
    expect(last?.files[0]).toMatchObject({ filename: 'délibération n°1.pdf', sha256: acte.sha256, size: acte.size })
    expect(Number(last?.headers['content-length'])).toBeGreaterThan(acte.size)
    expect(last?.headers['transfer-encoding']).toBeUndefined()
  })

  test('a name with a quote and a line end stays one name', async () => {
    await clientOf().request({
      method: 'POST',
      path: '/',
      body: { parts: [{ name: 'f', value: 'x', filename: 'a"\r\nX-Evil: 1.txt', type: 'text/plain' }] },
    })
    expect(last?.files.map(each => each.filename)).toEqual(['a%22%0D%0AX-Evil: 1.txt'])
  })

  test('redirections are answers', async () => {
    respond = () => ({ status: 302, headers: { location: '/login' } })
    const response = await clientOf().request({ path: '/' })
    expect([response.status, response.headers['location']]).toEqual([302, '/login'])
  })

  test('a redirection to an inner address is an answer, and following it would be refused', async () => {
    respond = () => ({ status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data' } })
    const client = clientOf()
    const { headers } = await client.request({ path: '/' })
    expect(await failureOf(clientOf({ baseUrl: headers['location'] ?? '' }).request({ path: '' }))).toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringMatching(/169\.254\.169\.254.*réseau interne/u) as string,
    })
  })

  test('charsets: declared, imposed, and compressed answers', async () => {
    respond = () => ({
      body: Buffer.from('accusé', 'latin1'),
      headers: { 'content-type': 'text/plain; charset=ISO-8859-1' },
    })
    expect(await (await clientOf().request({ path: '/' })).text()).toBe('accusé')
    respond = () => ({ body: Buffer.from('accusé', 'latin1') })
    expect(await (await clientOf().request({ path: '/' })).text('latin1')).toBe('accusé')
    respond = () => ({ body: gzipSync('{"a":"é"}'), headers: { 'content-encoding': 'gzip' } })
    expect(await (await clientOf().request({ path: '/' })).json()).toEqual({ a: 'é' })
  })

  test('a page where JSON was expected is a temporary failure', async () => {
    respond = () => ({ body: '<html>' })
    await expect((await clientOf().request({ path: '/' })).json()).rejects.toBeInstanceOf(TemporaryError)
  })

  test('an answer beyond the limit is refused in memory, and streamed to the store all the same', async () => {
    respond = () => ({ body: Readable.from(Array.from({ length: 40 }, () => Buffer.alloc(64 * 1024, 'a'))) })
    const client = clientOf()
    await expect((await client.request({ path: '/', maxBytes: 1024 * 1024 })).text()).rejects.toThrow(PermanentError)
    const saved = await (await client.request({ path: '/', maxBytes: 1024 })).saveTo(files, 'gros.bin')
    expect(saved.size).toBe(40 * 64 * 1024)
  })

  test('a compressed bomb stops at the limit', async () => {
    respond = () => ({ body: gzipSync(Buffer.alloc(50 * 1024 * 1024)), headers: { 'content-encoding': 'gzip' } })
    await expect((await clientOf().request({ path: '/' })).bytes()).rejects.toThrow(/dépasse 10 Mo/u)
  })

  test('the log shows the exchange and never its secrets', async () => {
    const basic = { user: 'agent', password: 'motdepasse-secret' }
    await clientOf({ basic }).request({
      path: '/page?login=x&hash=empreinte-secrete',
      query: { access_token: 'jeton-secret' },
    })
    expect(last?.headers['authorization']).toMatch(/^Basic /u)
    const written = JSON.stringify(log.lines)
    expect(written).toContain(`"requestId":"${last?.headers['x-request-id']}"`)
    expect(written).toContain('login=x')
    for (const secret of ['motdepasse-secret', 'empreinte-secrete', 'jeton-secret', 'Basic'])
      expect(written).not.toContain(secret)
  })
})

describe('failures', () => {
  test('nothing listens: temporary, nothing was sent', async () => {
    const error = await failureOf(
      clientOf({ baseUrl: 'http://127.0.0.1:1' }).request({ method: 'POST', path: '/', body: { json: {} } }),
    )
    expect(error).toBeInstanceOf(TemporaryError)
    expect(error).toMatchObject({ maybeSent: false, message: expect.stringMatching(/refuse la connexion/u) as string })
  })

  test('a server that accepts and never shakes hands: temporary, nothing was sent', async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    const address = silent.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const http = createHttp({ files, log, allowedRanges, connectTimeout: 150 })
    openHttp.push(http)
    const client = http.client({ baseUrl: `https://127.0.0.1:${port}` })
    const error = await failureOf(client.request({ method: 'POST', path: '/', body: { json: {} } }))
    silent.close()
    expect(error).toMatchObject({
      name: 'TemporaryError',
      maybeSent: false,
      message: expect.stringMatching(/ne répond pas à la connexion/u) as string,
    })
  })

  test.each([
    [429, '120', 120_000],
    [503, 'Sun, 22 Nov 2026 00:10:00 GMT', 600_000],
    [503, 'Sat, 21 Nov 2026 00:00:00 GMT', 0],
    [429, 'bientôt', undefined],
    [429, undefined, undefined],
    [200, '120', undefined],
  ])('a %i that says « Retry-After: %s » asks to wait %s ms', (status, said, expected) => {
    const headers = { date: 'Sun, 22 Nov 2026 00:00:00 GMT', 'retry-after': said }
    expect(patienceOf({ status, headers })).toBe(expected)
  })

  test('an unknown name: temporary, nothing was sent', async () => {
    const error = await failureOf(
      clientOf({ baseUrl: 'http://inconnu.invalid' }).request({ method: 'POST', path: '/' }),
    )
    expect(error).toMatchObject({
      name: 'TemporaryError',
      maybeSent: false,
      message: expect.stringMatching(/introuvable/u) as string,
    })
  })

  test('a connection cut after a POST: maybe sent', async () => {
    server.faults.plan({ kind: 'cutAfter' })
    const error = await failureOf(clientOf().request({ method: 'POST', path: '/', body: { json: {} } }))
    expect(error).toMatchObject({ name: 'TemporaryError', maybeSent: true })
  })

  test('silence beyond the time-out: maybe sent for a POST, not for a GET', async () => {
    server.faults.plan({ kind: 'latency', ms: 3_000 }, { times: 2 })
    const client = clientOf()
    const [post, get] = await Promise.all([
      failureOf(client.request({ method: 'POST', path: '/', body: { json: {} }, timeout: 200 })),
      failureOf(client.request({ path: '/', timeout: 200 })),
    ])
    expect(post).toMatchObject({ name: 'TemporaryError', maybeSent: true })
    expect(get).toMatchObject({ name: 'TemporaryError', maybeSent: false })
  })

  test('an answer cut while it is saved is temporary and leaves nothing behind', async () => {
    respond = () => ({ body: Buffer.alloc(300 * 1024), truncated: 1000 })
    const response = await clientOf().request({ path: '/' })
    await expect(response.saveTo(files, 'x')).rejects.toBeInstanceOf(TemporaryError)
  })

  test('a file that the store has lost is told as such, not as a network failure', async () => {
    const lost = { sha256: '0'.repeat(64), name: 'perdu.pdf', size: 10, type: 'application/pdf' }
    const error = await failureOf(
      clientOf().request({ method: 'POST', path: '/', body: { parts: [{ name: 'f', file: lost }] } }),
    )
    expect(error).toMatchObject({
      name: 'TemporaryError',
      maybeSent: false,
      message: expect.stringMatching(/perdu\.pdf/u) as string,
    })
  })

  test('inner addresses are forbidden, by number and by name', async () => {
    const byNumber = await failureOf(clientOf({}, []).request({ path: '/' }))
    const byName = await failureOf(
      clientOf({ baseUrl: server.url.replace('127.0.0.1', 'localhost') }, []).request({ path: '/' }),
    )
    expect(byNumber).toBeInstanceOf(ConfigurationError)
    expect(byName).toBeInstanceOf(ConfigurationError)
    expect(byName).toMatchObject({ message: expect.stringMatching(/localhost.*réseau interne/u) as string })
  })

  test('an address that is not one is a setting to correct', async () => {
    expect(await failureOf(clientOf({ baseUrl: 'parapheur.exemple.fr' }).request({ path: '/' }))).toBeInstanceOf(
      ConfigurationError,
    )
    expect(await failureOf(clientOf({ baseUrl: 'file:///etc/passwd' }).request({ path: '/' }))).toBeInstanceOf(
      ConfigurationError,
    )
  })
})

describe('keep-alive', () => {
  /** Answers once per connection, claims to keep it open, and closes it when the next request comes. */
  const treacherous = async (): Promise<{ server: Server; url: string; connections: () => number }> => {
    let connections = 0
    const closing = createServer((socket: Socket) => {
      connections += 1
      let asked = 0
      socket.on('error', () => undefined)
      socket.on('data', () => {
        asked += 1
        if (asked > 1) return void socket.destroy()
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok')
      })
    })
    await new Promise<void>(resolve => closing.listen(0, '127.0.0.1', resolve))
    const address = closing.address()
    if (!address || typeof address === 'string') throw new Error('No port.')
    return { server: closing, url: `http://127.0.0.1:${address.port}`, connections: () => connections }
  }

  test('a pooled connection closed by the server does not fail a GET, and is told for a POST', async () => {
    const remote = await treacherous()
    try {
      const client = clientOf({ baseUrl: remote.url })
      await client.request({ path: '/1' })
      expect((await client.request({ path: '/2' })).status).toBe(200)
      expect(remote.connections()).toBe(2)
      const error = await failureOf(client.request({ method: 'POST', path: '/3', body: { json: {} } }))
      expect(error).toMatchObject({ name: 'TemporaryError', maybeSent: true })
    } finally {
      remote.server.close()
    }
  })

  test('answers that nobody reads do not exhaust the connections', async () => {
    const client = clientOf()
    for (let index = 0; index < 50; index += 1) await client.request({ method: 'DELETE', path: `/${index}` })
    expect(server.seen.filter(each => each.startsWith('DELETE'))).toHaveLength(50)
  })
})
