import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { JSDOM } from 'jsdom'
import { afterEach, expect, test } from 'vitest'
import { stage } from './stage.ts'

const clean: (() => void)[] = []
afterEach(() => clean.splice(0).forEach(undo => undo()))

const answer = (response: ServerResponse, status: number, body?: object, headers = {}) => {
  if (response.destroyed || response.headersSent) return
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(body && JSON.stringify(body))
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A server that keeps what arrives of one upload, and what else it does to each request is the test's. */
const server = async (mischief: Answer = () => undefined) => {
  const kept: Buffer[] = []
  const asked: string[] = []
  const received = () => Buffer.concat(kept)
  const http = createServer((request, response) => {
    asked.push(`${request.method} ${request.headers['upload-offset'] ?? ''}`.trim())
    mischief(request, response)
    request.on('data', (bytes: Buffer) => kept.push(bytes))
    request.on('end', () => {
      const offset = { 'upload-offset': String(received().length) }
      if (request.method === 'POST') answer(response, 201, { id: 'abc', name: 'délibération.pdf' }, offset)
      else answer(response, request.method === 'HEAD' ? 200 : 204, undefined, offset)
    })
  })
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const { XMLHttpRequest, File } = globalThis
  const { window } = new JSDOM('', { url })
  Object.assign(globalThis, { XMLHttpRequest: window.XMLHttpRequest, File: window.File })
  clean.push(() => {
    Object.assign(globalThis, { XMLHttpRequest, File })
    http.closeAllConnections()
    http.close()
  })
  return { received, asked }
}

const content = Uint8Array.from({ length: 3_000_000 }, (_, n) => n % 251)
const send = (rest: Partial<Parameters<typeof stage>[1]> = {}, pauses: readonly number[] = [1, 1, 1]) =>
  stage(
    '1',
    {
      file: new File([content], 'délibération.pdf'),
      onProgress: () => undefined,
      signal: new AbortController().signal,
      ...rest,
    },
    pauses,
  )

test('un envoi coupé reprend où le serveur s’est arrêté', async () => {
  let cuts = 0
  const { received, asked } = await server((request, response) => {
    if (request.method !== 'PATCH' || cuts++ > 0) return
    let seen = 0
    request.on('data', (bytes: Buffer) => {
      seen += bytes.length
      if (seen > 1_000_000) response.destroy()
    })
  })
  const shares: number[] = []
  expect(await send({ onProgress: share => shares.push(share) })).toEqual({
    upload: 'abc',
    name: 'délibération.pdf',
    size: content.length,
  })
  expect(received().equals(Buffer.from(content))).toBe(true)
  expect(asked.slice(0, 3)).toEqual(['POST', 'PATCH 0', 'HEAD'])
  expect(asked[3]).toMatch(/^PATCH [1-9]\d+$/u)
  expect(shares.at(-1)).toBe(1)
})

test('une panne du serveur qui dure est dite à l’agent', async () => {
  const { asked } = await server((request, response) => {
    if (request.method === 'POST') return
    answer(response, 503, { code: 'service_indisponible', title: 'Plus tard.' })
  })
  await expect(send()).rejects.toMatchObject({ status: 503 })
  expect(asked).toEqual(['POST', 'PATCH 0', 'HEAD', 'HEAD', 'HEAD'])
})

test('un refus n’est pas redemandé', async () => {
  const { asked } = await server((_, response) => {
    answer(response, 413, { code: 'fichier_trop_volumineux', title: 'Trop gros.' })
  })
  await expect(send()).rejects.toMatchObject({ code: 'fichier_trop_volumineux' })
  expect(asked).toEqual(['POST'])
})

test('annuler arrête l’envoi, même entre deux essais', async () => {
  const stop = new AbortController()
  await server((_, response) => void response.destroy())
  const sending = send({ signal: stop.signal }, [60_000])
  setTimeout(() => stop.abort(), 50)
  await expect(sending).rejects.toMatchObject({ name: 'AbortError' })
})
