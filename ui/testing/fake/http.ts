import type { IncomingMessage, ServerResponse } from 'node:http'

/** A refusal in the form of the native API. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly fields: readonly { field: string; message: string; code: string }[]

  constructor(status: number, code: string, title: string, fields: Refusal['fields'] = []) {
    super(title)
    this.status = status
    this.code = code
    this.fields = fields
  }
}

export const answer = (
  response: ServerResponse,
  status: number,
  body?: unknown,
  headers: Record<string, string> = {},
): void => {
  const problem = status >= 400 ? 'application/problem+json' : 'application/json'
  response.writeHead(status, { 'content-type': `${problem}; charset=utf-8`, 'cache-control': 'no-store', ...headers })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}

export const bytesOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

export const jsonOf = async (request: IncomingMessage): Promise<Record<string, unknown>> =>
  JSON.parse((await bytesOf(request)).toString() || '{}') as Record<string, unknown>
