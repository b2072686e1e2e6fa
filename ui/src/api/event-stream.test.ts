// @vitest-environment node
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { eventParser, followEvents } from './event-stream.ts'

const closing: (() => void)[] = []
afterEach(() => closing.splice(0).forEach(close => close()))

/** A server that answers each connection in turn with the next behaviour, the last one for ever. */
const serve = async (...behaviours: ((request: IncomingMessage, response: ServerResponse) => void)[]) => {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    const behaviour = behaviours[Math.min(requests.length, behaviours.length - 1)]
    requests.push(request)
    behaviour?.(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => (server.closeAllConnections(), server.close()))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}
const stream = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' })

const follow = (url: string, silence?: number) => {
  const events: string[] = []
  const openings: boolean[] = []
  const breaks: string[] = []
  closing.push(
    followEvents(url, {
      onEvent: ({ event, data }) => events.push(`${event}: ${data}`),
      onOpen: ({ again }) => openings.push(again),
      onDown: reason => breaks.push(reason),
      pause: 10,
      ...(silence ? { silence } : {}),
    }),
  )
  return { events, openings, breaks }
}

test('an event cut anywhere by the network is read whole, once', () => {
  const text = ': ping\n\nevent: document\r\ndata: {"a":\r\ndata: 1}\nid: 7\n\ndata: seul\n\n'
  for (let cut = 0; cut <= text.length; cut += 1) {
    const read: unknown[] = []
    const parse = eventParser(event => read.push(event))
    parse(text.slice(0, cut))
    parse(text.slice(cut))
    expect(read).toEqual([
      { event: 'document', data: '{"a":\n1}', id: '7' },
      { event: 'message', data: 'seul', id: '7' },
    ])
  }
})

test('a stream that is cut comes back, says that something may have been missed, and where it stopped', async () => {
  const { url, requests } = await serve(
    (_, response) => stream(response).end('event: document\ndata: un\nid: 41\n\n'),
    (_, response) => stream(response).write('event: document\ndata: deux\n\n'),
  )
  const seen = follow(url)
  await vi.waitFor(() => expect(seen.events).toEqual(['document: un', 'document: deux']))
  expect(seen.openings).toEqual([false, true])
  expect(seen.breaks).toHaveLength(1)
  expect(requests[1]?.headers['last-event-id']).toBe('41')
})

test('a proxy that answers 502 is asked again until the server is back', async () => {
  const refuse = (_: IncomingMessage, response: ServerResponse) =>
    response.writeHead(502).end('<html>Bad gateway</html>')
  const { url } = await serve(refuse, refuse, (_, response) => stream(response).write('data: enfin\n\n'))
  const seen = follow(url)
  await vi.waitFor(() => expect(seen.events).toEqual(['message: enfin']))
  expect(seen.openings).toEqual([false])
  expect(seen.breaks).toHaveLength(2)
})

test('a connection that says nothing any more, not even a ping, is replaced', async () => {
  const { url } = await serve(
    (_, response) => stream(response).write(': ping\n\n'),
    (_, response) => stream(response).write('data: vivant\n\n'),
  )
  const seen = follow(url, 60)
  await vi.waitFor(() => expect(seen.events[0]).toBe('message: vivant'))
})

test('a server that accepts the connection and never answers is asked again', async () => {
  const { url } = await serve(
    () => {},
    (_, response) => stream(response).write('data: enfin\n\n'),
  )
  const seen = follow(url, 60)
  await vi.waitFor(() => expect(seen.events[0]).toBe('message: enfin'))
})

test('once stopped it never comes back', async () => {
  const { url, requests } = await serve((_, response) => stream(response).end())
  const stop = followEvents(url, { onEvent: () => {}, pause: 5 })
  await vi.waitFor(() => expect(requests.length).toBeGreaterThan(1))
  stop()
  await new Promise(resolve => setTimeout(resolve, 30))
  const count = requests.length
  await new Promise(resolve => setTimeout(resolve, 60))
  expect(requests).toHaveLength(count)
})
