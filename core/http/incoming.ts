import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'

/** The request as handlers may need it, without Koa. */
export interface IncomingRequest {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  /** Address of the client, the one a trusted proxy gives when there is one. */
  readonly address: string
  /** The body, not read yet. */
  readonly stream: Readable
  /** Bytes announced, when they are. */
  readonly length: number | undefined
  /** Aborted when the client leaves. */
  readonly signal: AbortSignal
}
