import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { finished, PassThrough, type Readable } from 'node:stream'
import type { Context } from 'koa'

/** The request as handlers may need it, without Koa. */
export interface IncomingRequest {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  /** Address of the client, the one a trusted proxy gives when there is one. */
  readonly address: string
  /** The body. Whoever reads it may stop, or destroy it: the connection stays, and the answer can be sent. */
  readonly stream: Readable
  /** Bytes announced, when they are. */
  readonly length: number | undefined
  /** Aborted when the client leaves before the answer is complete. */
  readonly signal: AbortSignal
}

/** Destroying a request destroys its socket, so readers are given a stream of their own. */
const detached = (req: IncomingMessage): Readable => {
  const body = new PassThrough()
  finished(req, error => {
    if (error) body.destroy(error)
  })
  return req.pipe(body)
}

export const incoming = (ctx: Context): IncomingRequest => {
  const left = new AbortController()
  ctx.res.once('close', () => {
    if (!ctx.res.writableFinished) left.abort()
  })
  const length = Number(ctx.get('content-length') || NaN)
  let body: Readable | undefined
  return {
    method: ctx.method,
    headers: ctx.headers,
    address: ctx.ip,
    get stream() {
      return (body ??= detached(ctx.req))
    },
    length: Number.isFinite(length) ? length : undefined,
    signal: left.signal,
  }
}
