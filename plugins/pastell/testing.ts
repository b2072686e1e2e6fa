import { connect } from 'node:net'
import { HUB_PASSWORD, type WholeHub } from '#core/conformance'

export const basic = (login: string, password = HUB_PASSWORD): string =>
  `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly json: unknown
}

/** Sends these very bytes and reads the answer until the connection ends: what old clients write, no library would. */
export const sendRaw = async (port: number, request: string | Buffer): Promise<RawAnswer> => {
  const socket = connect(port, '127.0.0.1')
  socket.write(request)
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  const answer = Buffer.concat(chunks)
  const end = answer.indexOf('\r\n\r\n')
  const [first = '', ...lines] = answer.subarray(0, end).toString('latin1').split('\r\n')
  const headers = Object.fromEntries(
    lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const raw = answer.subarray(end + 4)
  const text = (headers['transfer-encoding'] === 'chunked' ? unchunked(raw) : raw).toString('utf8')
  return { status: Number(first.split(' ')[1]), headers, text, json: parsed(text) }
}

const unchunked = (raw: Buffer): Buffer => {
  const out: Buffer[] = []
  for (let at = 0; ;) {
    const line = raw.indexOf('\r\n', at)
    const size = Number.parseInt(raw.subarray(at, line).toString('latin1'), 16)
    if (!size) return Buffer.concat(out)
    out.push(raw.subarray(line + 2, line + 2 + size))
    at = line + 2 + size + 2
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** A request as its bytes; the connection closes after the answer. */
export const request = (
  method: string,
  path: string,
  {
    login = 'agent',
    headers = {},
    body = '',
  }: { login?: string | null; headers?: Record<string, string>; body?: string | Buffer } = {},
): Buffer => {
  const bytes = Buffer.from(body)
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: passeur.test',
    'Connection: close',
    ...(login === null ? [] : [`Authorization: ${basic(login)}`]),
    ...(bytes.length > 0 || method === 'POST' || method === 'PATCH' ? [`Content-Length: ${bytes.length}`] : []),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'utf8'), bytes])
}

/** A client of the API of one hub: `api('GET', '/version')`. */
export const clientOf =
  ({ port }: WholeHub) =>
  (method: string, path: string, options: Parameters<typeof request>[2] = {}): Promise<RawAnswer> =>
    sendRaw(port, request(method, /^\/+api/u.test(path) ? path : `/api/v2${path}`, options))
