import type { Context, Middleware, Next } from 'koa'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'

/** Counters of one process, read by Prometheus at `/metrics` when the configuration says so. */
export const createMetrics = (): { readonly timed: Middleware; readonly page: Middleware } => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const duration = new Histogram({
    name: 'passeur_http_seconds',
    help: 'Duration of requests, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10],
    registers: [registry],
  })
  const page = async (ctx: Context, next: Next): Promise<void> => {
    if (ctx.path !== '/metrics' || ctx.method !== 'GET') {
      await next()
      return
    }
    ctx.type = registry.contentType
    ctx.body = await registry.metrics()
  }
  const timed = async (ctx: Context, next: Next): Promise<void> => {
    const done = duration.startTimer()
    try {
      await next()
    } finally {
      // The pattern, never the address: one series per route and not one per document.
      const route = (ctx['_matchedRoute'] as string | undefined) ?? 'none'
      done({ method: ctx.method, route, status: ctx.status })
    }
  }
  return { timed, page }
}
