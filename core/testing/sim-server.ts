import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'
import type { Issued } from './pki.ts'
import { readRequest, type BodyPlace, type FormCharset, type SimRequest } from './sim-request.ts'
import { Faults } from './simulator.ts'

export type { SimFile, SimRequest } from './sim-request.ts'

export interface SimResponse {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** A `json` value, or bytes, a text (UTF-8), a stream. */
  readonly json?: unknown
  readonly body?: string | Uint8Array | Readable
  /** Announces this many bytes more than are sent, then cuts: a transfer interrupted in the middle. */
  readonly truncated?: number
}

export type SimHandler = (request: SimRequest) => SimResponse | Promise<SimResponse>

export interface SimTls extends Issued {
  /** What `faults.expireCertificate()` shows; `issueServer` gives it. */
  readonly expired?: () => Issued
  /** PEM of the authority of the client certificates. When given, a request without one of its certificates is refused. */
  readonly clientAuthority?: string
}

export interface SimServerOptions {
  readonly handler: SimHandler
  readonly faults?: Faults
  /** Port of 127.0.0.1; a free one unless told. */
  readonly port?: number
  readonly tls?: SimTls
  /** Encoding of the text parts of forms and of their file names. */
  readonly charset?: FormCharset
  /** What the faults call a request: `METHOD /path` unless told (a SOAP service adds its operation). */
  readonly named?: (request: SimRequest) => string | Promise<string>
  /** Where bodies that are no forms are read: in memory (64 MB at most) unless told. */
  readonly bodies?: BodyPlace
}

export interface SimServer {
  /** `http(s)://127.0.0.1:port`. */
  readonly url: string
  readonly faults: Faults
  /** Requests whose handler was called, faults included: `GET /path`. */
  readonly seen: readonly string[]
  close(): Promise<void>
}

/** What an ordinary web server says when it wants another client certificate. */
const certificateRefused = (why: string): SimResponse => ({
  status: 400,
  headers: { 'content-type': 'text/html' },
  body: `<html><head><title>400 ${why}</title></head><body><center><h1>400 Bad Request</h1></center></body></html>`,
})

const GARBAGE: SimResponse = {
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!DOCTYPE html><html><body><h1>Maintenance en cours</h1></body></html>',
}

const throttled = (seconds: number): SimResponse => ({
  status: 429,
  headers: { 'content-type': 'text/html', 'retry-after': String(seconds) },
  body: '<html><body><h1>429 Too Many Requests</h1></body></html>',
})

/** The same answer by a server that never heard of UTF-8: a JSON text keeps its header and loses its accents. */
const inLatin1 = async ({ json, body = '', headers, ...rest }: SimResponse): Promise<SimResponse> => {
  if (body instanceof Uint8Array) return { ...rest, body, ...(headers ? { headers } : {}) }
  const said = json === undefined ? (typeof body === 'string' ? body : await text(body)) : JSON.stringify(json)
  const type = json === undefined ? {} : { 'content-type': 'application/json;charset=UTF-8' }
  return { ...rest, headers: { ...type, ...headers }, body: Buffer.from(said, 'latin1') }
}

const write = async (out: ServerResponse, response: SimResponse): Promise<void> => {
  const body = response.json === undefined ? (response.body ?? '') : JSON.stringify(response.json)
  out.statusCode = response.status ?? 200
  if (response.json !== undefined) out.setHeader('content-type', 'application/json;charset=UTF-8')
  for (const [name, value] of Object.entries(response.headers ?? {})) out.setHeader(name, value)
  if (body instanceof Readable) return pipeline(body, out)
  const bytes = Buffer.from(body)
  out.setHeader('content-length', bytes.length + (response.truncated ?? 0))
  if (response.truncated === undefined) return void out.end(bytes)
  out.write(bytes, () => out.destroy())
}

/** `undefined` when the certificate is good or when none is asked for. */
const refusalOf = (socket: Socket, { clientAuthority }: SimTls): string | undefined => {
  if (!clientAuthority || !(socket instanceof TLSSocket) || socket.authorized) return undefined
  return Object.keys(socket.getPeerCertificate()).length > 0
    ? 'The SSL certificate error'
    : 'No required SSL certificate was sent'
}

const clientNameOf = (socket: Socket): string | undefined => {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined
  const name: unknown = socket.getPeerCertificate().subject.CN
  return typeof name === 'string' ? name : undefined
}

const lineOf = ({ method, path }: SimRequest): string => `${method} ${path}`

const answer = async (
  incoming: IncomingMessage,
  out: ServerResponse,
  {
    handler,
    faults,
    tls,
    charset = 'utf8',
    bodies = 'memory',
    named = lineOf,
  }: SimServerOptions & { readonly faults: Faults },
  { folder, seen }: { readonly folder: string; readonly seen: string[] },
): Promise<void> => {
  const refusal = tls && refusalOf(incoming.socket, tls)
  if (refusal) return write(out, certificateRefused(refusal))
  const request = await readRequest(incoming, { folder, charset, bodies, clientName: clientNameOf(incoming.socket) })
  const line = await named(request)
  seen.push(line)
  const fault = faults.next(line)
  if (fault?.kind === 'latency') await pause(fault.ms)
  if (fault?.kind === 'cutBefore') return void incoming.socket.destroy()
  if (fault?.kind === 'garbage') return write(out, GARBAGE)
  if (fault?.kind === 'status')
    return write(out, {
      status: fault.status,
      body: fault.body ?? `<html><body><h1>${fault.status}</h1></body></html>`,
    })
  if (fault?.kind === 'throttle') return write(out, throttled(fault.seconds))
  if (fault?.kind === 'duplicate') await handler(request)
  const response = await handler(request)
  if (fault?.kind === 'cutAfter') return void incoming.socket.destroy()
  await write(out, fault?.kind === 'wrongEncoding' ? await inLatin1(response) : response)
}

const startTls = (tls: SimTls, faults: Faults, listener: RequestListener): Server => {
  const shown = ({ certificate, key }: Issued) => ({
    cert: certificate,
    key,
    ...(tls.clientAuthority ? { ca: tls.clientAuthority } : {}),
  })
  const server = createTlsServer(
    {
      ...shown(tls),
      // Refusals are told in HTTP, as nginx does, so that the handshake itself does not depend on Node's habits.
      ...(tls.clientAuthority ? { requestCert: true, rejectUnauthorized: false } : {}),
    },
    listener,
  )
  faults.onCertificate(which => {
    if (which === 'expired' && !tls.expired)
      throw new Error('This certificate was not made by issueServer: it has no expired twin.')
    server.setSecureContext(shown(which === 'expired' && tls.expired ? tls.expired() : tls))
    // Whoever kept a connection open would not see the change.
    server.closeIdleConnections()
  })
  return server
}

/**
 * Starts an HTTP or HTTPS server that gives each request to `handler`, after the planned faults had their say.
 * Uploads are kept in a temporary folder, removed by `close`, which also ends the open connections.
 */
export const startSimServer = async (options: SimServerOptions): Promise<SimServer> => {
  const { tls, faults = new Faults(), port = 0 } = options
  const folder = await mkdtemp(join(tmpdir(), 'passeur-sim-'))
  const seen: string[] = []
  const listener = (incoming: IncomingMessage, out: ServerResponse) => {
    answer(incoming, out, { ...options, faults }, { folder, seen }).catch((error: unknown) => {
      // The client went away, or the simulator has a defect: in both cases say it to whoever still listens.
      if (out.headersSent || out.destroyed) return void out.destroy()
      out.statusCode = 500
      out.end(`Simulateur : ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    })
  }
  const server: Server = tls ? startTls(tls, faults, listener) : createServer(listener)
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    seen,
    close: async () => {
      await new Promise<void>(resolve => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      })
      await rm(folder, { recursive: true, force: true })
    },
  }
}
