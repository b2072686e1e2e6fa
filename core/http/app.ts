import Koa, { type Context, type Next } from 'koa'
import compress from 'koa-compress'
import { errors } from '../errors.ts'
import { createRouter, type DispatchOptions } from './dispatch.ts'
import { docs } from './docs-page.ts'
import { createMetrics } from './metrics.ts'
import { mounted, type Mount } from './mounts.ts'
import { problemsAsJson } from './problems.ts'
import { publicPages, type PublicOptions } from './public/pages.ts'
import { requestLog } from './request-log.ts'
import type { Route } from './route.ts'
import { securityHeaders } from './security.ts'
import type { Services } from './services.ts'
import { staticFiles } from './static-files.ts'

export interface AppOptions extends DispatchOptions {
  readonly routes: readonly Route[]
  /** Protocols of plugins, asked before the native API. */
  readonly mounts?: readonly Mount[]
  /** Pages that open without a session. */
  readonly publicPages?: PublicOptions
  readonly services: Services
  /** Folder of the built interface. */
  readonly ui: string
}

/** The whole HTTP side as a Koa application, not listening yet. */
export const createApp = async ({
  routes,
  mounts = [],
  services,
  ui,
  publicPages: open,
  ...dispatch
}: AppOptions): Promise<Koa> => {
  const { log, settings } = services
  const app = new Koa({ proxy: settings.behindProxy, maxIpsCount: 1 })
  const router = createRouter(routes, services, dispatch)
  // A client that leaves in the middle of a download ends here: nothing to repair, nobody to tell.
  app.on('error', (error: unknown) => log.debug({ error: String(error) }, 'Une réponse a été interrompue.'))
  app.use(requestLog(log))
  app.use(securityHeaders(settings.publicUrl))
  const metrics = settings.metrics ? createMetrics() : undefined
  if (metrics) app.use(metrics.timed)
  app.use(compress({ threshold: 1024 }))
  app.use(problemsAsJson(log))
  if (open) app.use(publicPages(open, services))
  // After the pages for those without account: what they have an address of their own for shows nothing of the hub.
  if (metrics) app.use(metrics.page)
  app.use(docs(routes, settings.publicUrl))
  app.use(mounted(mounts, services))
  app.use(await staticFiles(ui))
  app.use(neverStored)
  app.use(router.routes())
  app.use(nothingHere)
  return app
}

const neverStored = (ctx: Context, next: Next): Promise<void> => {
  ctx.set('Cache-Control', 'no-store')
  return next() as Promise<void>
}

/** The router tells which routes have this address, whatever their method. */
const nothingHere = (ctx: Context): never => {
  const matched = (ctx['matched'] as readonly { readonly methods: readonly string[] }[] | undefined) ?? []
  if (matched.length === 0) throw errors.routeNotFound()
  ctx.set('Allow', [...new Set(matched.flatMap(({ methods }) => methods))].join(', '))
  throw errors.methodNotAllowed()
}
