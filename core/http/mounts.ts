import type { Readable } from 'node:stream'
import type { Context, Middleware, Next } from 'koa'
import { drainLater } from './drain.ts'
import { incoming, type IncomingRequest } from './incoming.ts'
import type { Services } from './services.ts'

/** A request as it came, for a protocol that reads addresses and bodies in its own way. */
export interface MountRequest extends IncomingRequest {
  /** Path and query exactly as sent: `/api/v2//entite/1?x=1`. */
  readonly target: string
}

export interface MountAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** Opened only when it is really sent. Nothing: an empty body. */
  readonly body?: string | Uint8Array | (() => Readable)
}

/**
 * A protocol of its own beside the native API, brought by a plugin: it sees the request before anything else looks at its path.
 * Like a route it acts through the services, so that no rule is written twice.
 */
export interface Mount {
  /** Whether this address is its own; the native API (`/api/v3`) never is. */
  owns(request: { readonly method: string; readonly path: string }): boolean
  /** Answers everything, its own errors included: what it throws is an « erreur interne ». */
  handle(request: MountRequest, services: Services): Promise<MountAnswer>
}

/** The mounts of the plugins, in front of the router. */
export const mounted =
  (mounts: readonly Mount[], services: Services): Middleware =>
  async (ctx: Context, next: Next): Promise<void> => {
    const [path = '/'] = ctx.req.url?.split('?', 1) ?? []
    const mount = path.startsWith('/api/v3/') ? undefined : mounts.find(each => each.owns({ method: ctx.method, path }))
    if (!mount) {
      await next()
      return
    }
    drainLater(ctx)
    const { status, headers, body } = await mount.handle(
      Object.assign(incoming(ctx), { target: ctx.req.url ?? '/' }),
      services,
    )
    ctx.status = status
    ctx.body = typeof body === 'function' ? body() : body === undefined ? null : Buffer.from(body)
    ctx.status = status // Koa makes a 204 of an empty body
    for (const [name, value] of Object.entries(headers)) ctx.set(name, typeof value === 'string' ? value : [...value])
  }
