import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { authorityFrom, authorityIn, createAuthority } from './pki.ts'
import { startSimServer, type SimServer, type SimServerOptions } from './sim-server.ts'

const open: SimServer[] = []
const start = async (options: SimServerOptions): Promise<SimServer> => {
  const server = await startSimServer(options)
  open.push(server)
  return server
}
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

const get = (url: string, options: RequestOptions): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    httpsRequest(url, { ...options, agent: false }, response => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
      .on('error', reject)
      .end()
  })

describe('sim-server', () => {
  test('a multipart form reaches the handler in fields and files', async () => {
    const server = await start({
      handler: async ({ field, files: [file] }) => ({
        json: {
          titre: field('titre'),
          name: file?.filename,
          sha256: file?.sha256,
          text: (await file?.bytes())?.toString(),
        },
      }),
    })
    const form = new FormData()
    form.set('titre', 'Délibération')
    form.set('acte', new Blob(['contenu'], { type: 'application/pdf' }), 'acte été.pdf')
    const response = await fetch(`${server.url}/envoi`, { method: 'POST', body: form })
    expect(await response.json()).toEqual({
      titre: 'Délibération',
      name: 'acte été.pdf',
      sha256: createHash('sha256').update('contenu').digest('hex'),
      text: 'contenu',
    })
    expect(server.seen).toEqual(['POST /envoi'])
  })

  test('each planned fault does what it says, then goes away', async () => {
    let done = 0
    const server = await start({ handler: () => ({ body: `fait ${++done}` }) })
    server.faults.plan({ kind: 'cutBefore' })
    await expect(fetch(server.url)).rejects.toThrow()
    expect(done).toBe(0)
    server.faults.plan({ kind: 'cutAfter' })
    await expect(fetch(server.url)).rejects.toThrow()
    expect(done).toBe(1)
    server.faults.plan({ kind: 'status', status: 503 })
    expect((await fetch(server.url)).status).toBe(503)
    server.faults.plan({ kind: 'garbage' })
    expect(await (await fetch(server.url)).text()).toMatch(/^<!DOCTYPE html>/u)
    expect(await (await fetch(server.url)).text()).toBe('fait 2')
  })

  test('throttled: nothing is done, and the server says when to come back', async () => {
    let done = 0
    const server = await start({ handler: () => ({ body: `fait ${++done}` }) })
    server.faults.plan({ kind: 'throttle', seconds: 30 })
    const refused = await fetch(server.url)
    expect([refused.status, refused.headers.get('retry-after'), done]).toEqual([429, '30', 0])
  })

  test('duplicate: the request is carried out twice for one answer', async () => {
    let done = 0
    const server = await start({ handler: () => ({ body: `fait ${++done}` }) })
    server.faults.plan({ kind: 'duplicate' })
    expect(await (await fetch(server.url)).text()).toBe('fait 2')
    expect(done).toBe(2)
  })

  test('wrong encoding: the header says UTF-8, the bytes are in ISO-8859-1', async () => {
    const server = await start({ handler: () => ({ json: { mot: 'délibéré' } }) })
    server.faults.plan({ kind: 'wrongEncoding' })
    const response = await fetch(server.url)
    expect(response.headers.get('content-type')).toContain('UTF-8')
    expect(Buffer.from(await response.arrayBuffer()).toString('latin1')).toBe('{"mot":"délibéré"}')
  })

  test('a truncated answer breaks the reading, not the request', async () => {
    const server = await start({ handler: () => ({ body: 'abc', truncated: 10 }) })
    const response = await fetch(server.url)
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow()
  })

  test('close ends the connections that are still open', async () => {
    const server = await startSimServer({ handler: () => new Promise(() => undefined) })
    const waiting = fetch(server.url)
    const refused = expect(waiting).rejects.toThrow()
    while (server.seen.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
    await server.close()
    await refused
  })
})

describe('mutual TLS with the demonstration authority', () => {
  const authority = createAuthority()
  const other = createAuthority('Une autre autorité')
  const server = authority.issueServer()
  const startTls = () =>
    start({
      tls: { ...server, clientAuthority: authority.certificate },
      handler: ({ clientName }) => ({ body: clientName ?? 'inconnu' }),
    })

  test.each(['aes256', '3des'] as const)(
    'a client known by its PKCS#12 (%s) is called by its name',
    async algorithm => {
      const { url } = await startTls()
      const { pfx, passphrase } = authority.issueClient('Ville de Démonstration', { algorithm, passphrase: 'sesame' })
      const answer = await get(url, { ca: authority.certificate, pfx: Buffer.from(pfx), passphrase })
      expect(answer).toEqual({ status: 200, body: 'Ville de Démonstration' })
    },
  )

  test('no certificate, an expired one and one of another authority are refused', async () => {
    const { url } = await startTls()
    const with_ = ({ certificate, key }: { certificate: string; key: string }) => ({
      cert: certificate,
      key,
      ca: authority.certificate,
    })
    const expired = authority.issueClient('Expiré', { notAfter: new Date('2020-01-01') })
    expect((await get(url, { ca: authority.certificate })).body).toMatch(/No required SSL certificate/u)
    expect((await get(url, with_(expired))).body).toMatch(/SSL certificate error/u)
    expect((await get(url, with_(other.issueClient('Intrus')))).body).toMatch(/SSL certificate error/u)
  })

  test('the certificate of the server expires while it runs, and is renewed by clear', async () => {
    const running = await start({ tls: authority.issueServer(), handler: () => ({ body: 'ok' }) })
    const trusted = { ca: authority.certificate }
    expect((await get(running.url, trusted)).body).toBe('ok')
    running.faults.expireCertificate()
    await expect(get(running.url, trusted)).rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' })
    running.faults.clear()
    expect((await get(running.url, trusted)).body).toBe('ok')
  })

  test('a client that does not know the authority refuses the server', async () => {
    const { url } = await startTls()
    await expect(get(url, { ca: other.certificate })).rejects.toThrow(/certificate/u)
  })

  test('the authority kept in a folder stays the same, its key readable by its owner alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'passeur-pki-'))
    try {
      const first = await authorityIn(folder)
      const second = await authorityIn(folder)
      expect(second.certificate).toBe(first.certificate)
      expect((await stat(join(folder, 'ca.key'))).mode & 0o777).toBe(0o600)
      const kept = authorityFrom({ certificate: await readFile(join(folder, 'ca.pem'), 'utf8'), key: second.key })
      const { url } = await start({ tls: kept.issueServer(), handler: () => ({ body: 'ok' }) })
      expect((await get(url, { ca: first.certificate })).body).toBe('ok')
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
