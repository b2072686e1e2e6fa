import { randomUUID } from 'node:crypto'
import type { Context, Middleware, Next } from 'koa'
import type { Log } from '../authoring/context.ts'

/**
 * One line per request. Neither headers, nor bodies, nor queries (they hold what people look for): so no secret has a way
 * into the log. The identifier is the caller's own when it is well formed, which lets a request be followed from a proxy.
 */
export const requestLog =
  (log: Log): Middleware =>
  async (ctx: Context, next: Next): Promise<void> => {
    const given = ctx.get('x-request-id')
    const requestId = /^[\w-]{8,64}$/u.test(given) ? given : randomUUID()
    ctx.state['requestId'] = requestId
    ctx.set('X-Request-Id', requestId)
    const start = performance.now()
    ctx.res.once('close', () => {
      const facts = {
        requestId,
        method: ctx.method,
        path: (ctx.state['loggedPath'] as string | undefined) ?? ctx.path,
        status: ctx.status,
        ms: Math.round(performance.now() - start),
        login: ctx.state['login'] as string | undefined,
        ...(ctx.res.writableFinished ? {} : { interrupted: true }),
      }
      if (ctx.path.startsWith('/api/')) log.info(facts, 'Demande traitée.')
      else log.debug(facts, 'Fichier servi.')
    })
    await next()
  }
