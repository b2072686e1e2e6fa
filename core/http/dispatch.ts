import Router from '@koa/router'
import type { Context } from 'koa'
import type { TSchema } from 'typebox'
import { Clean } from 'typebox/value'
import { createRequestCounters } from '../access/request-limits.ts'
import { errors, Problem } from '../errors.ts'
import { callerOfRequest } from './authenticate.ts'
import { checkRight, rightsFor } from './authorise.ts'
import { readJson } from './body.ts'
import { isForm, noFiles, openForm } from './multipart.ts'
import { drainLater } from './drain.ts'
import { countRequest } from './request-count.ts'
import { onceUnderKey } from './idempotency.ts'
import { incoming, type IncomingRequest } from './incoming.ts'
import { isReplayed, refusalsOf } from './refusals.ts'
import { headed, isHeaded, type ErasedContext, type Route } from './route.ts'
import { send } from './send.ts'
import type { Services } from './services.ts'
import { answerCheck, bodyCheck, formCheck, paramsCheck, queryCheck } from './validation.ts'

export const API_PREFIX = '/api/v3'

export interface DispatchOptions {
  /**
   * What to do of an answer that is not the one described: `drop` what is not described (production), or `fail`, so that a
   * test sees it.
   */
  readonly mismatch: 'drop' | 'fail'
  /** Aborted when the server stops: the streams of events end then. */
  readonly stopping: AbortSignal
  /** Milliseconds between two pings of a stream of events; 20 s unless told. */
  readonly pingEvery?: number
}

/** The routes, ready for Koa. Two routes on one address, or a parameter that no schema describes, prevent the start. */
export const createRouter = (routes: readonly Route[], services: Services, options: DispatchOptions): Router => {
  const router = new Router({ prefix: API_PREFIX, strict: true, sensitive: true })
  const counters = createRequestCounters(
    services.db,
    services.settings.requestLimits ?? { perAccount: 0, perAddress: 0 },
  )
  const taken = new Set<string>()
  for (const route of routes) {
    const address = `${route.method} ${route.path.replaceAll(/:\w+/gu, ':')}`
    if (taken.has(address)) throw new Error(`two routes answer to ${route.method} ${route.path}`)
    taken.add(address)
    router.register(route.path, [route.method], handlerOf(route, services, counters, options))
  }
  return router
}

type Counters = ReturnType<typeof createRequestCounters>

const handlerOf = (route: Route, services: Services, counters: Counters, options: DispatchOptions) => {
  const checks = {
    params: paramsCheck(describedParams(route)),
    query: queryCheck(route.query),
    body: route.body && bodyCheck(route.body),
    form: route.body && formCheck(route.body),
  }
  const present = presenter(route, options)
  const announced = announcer(route, options)
  return async (ctx: Context): Promise<void> => announced(() => answer(ctx))

  async function answer(ctx: Context): Promise<void> {
    const request = incoming(ctx)
    drainLater(ctx)
    const params = { ...(ctx['params'] as Record<string, string>) }
    await countRequest(ctx, counters.address, ctx.ip)
    const caller = route.access === 'public' ? undefined : await callerOfRequest(request, services)
    if (route.access !== 'public' && !caller) throw errors.notSignedIn()
    ctx.state['login'] = caller?.login
    if (caller) await countRequest(ctx, counters.account, caller.id)
    const rights = caller ? await rightsFor(route, params, caller, services) : new Set<string>()
    const form = route.form && isForm(request) ? await openForm(request) : undefined
    const context: ErasedContext = {
      params: checks.params(params),
      query: checks.query({ ...ctx.query }),
      body: form ? checks.form?.(form.body) : checks.body?.(await readJson(request)),
      files: form?.files ?? noFiles(),
      caller,
      rights,
      request,
      services,
    }
    await checkRight(route, context)
    const sender = { status: route.status, log: services.log, ...options }
    const work = () => underCondition(request, () => route.handle(context))
    const key = keyOf(route, request)
    if (key === undefined || !caller) return send(ctx, await work(), { ...sender, present })
    const text = JSON.stringify([route.method, ctx.originalUrl, context.body])
    const keyed = { userId: caller.id, key, request: text, now: services.clock.now() }
    const { body, headers, status, replayed } = await onceUnderKey(services.db, keyed, async () => {
      const returned = await work()
      return isHeaded(returned)
        ? { body: present(returned.body), headers: returned.headers, status: returned.status ?? route.status }
        : { body: present(returned), headers: {}, status: route.status }
    })
    send(ctx, headed({ body, headers: { ...headers, ...(replayed ? { 'Idempotency-Replayed': 'true' } : {}) } }), {
      ...sender,
      status: status ?? route.status,
      present: value => value,
    })
  }
}

/** In a test, an error that the description of the route does not announce is a fault of ours. */
const announcer = (route: Route, { mismatch }: DispatchOptions) => {
  if (mismatch === 'drop') return (work: () => Promise<void>) => work()
  const codes = new Set(refusalsOf(route).map(({ code }) => code))
  return async (work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof Problem) || codes.has(error.code)) throw error
      throw new Error(`${route.method} ${route.path} does not announce ${error.code}`, { cause: error })
    }
  }
}

/** Whoever said « If-Match » is answered 412 when somebody was faster, as RFC 9110 wants; the others 409. */
const underCondition = async ({ headers }: IncomingRequest, work: () => Promise<unknown>): Promise<unknown> => {
  try {
    return await work()
  } catch (error) {
    const moved = error instanceof Problem && error.code === errors.documentMoved.code
    throw moved && headers['if-match'] !== undefined ? errors.versionMismatch({ cause: error }) : error
  }
}

/** Only what creates is kept: the rest says by itself that it was already done. */
const keyOf = (route: Route, request: IncomingRequest): string | undefined => {
  if (!isReplayed(route)) return undefined
  const key = request.headers['idempotency-key']
  return typeof key === 'string' ? key : undefined
}

const describedParams = (route: Route): TSchema => {
  const described = Object.keys((route.params as { properties?: object }).properties ?? {})
  const named = [...route.path.matchAll(/:(\w+)/gu)].map(([, name]) => name ?? '')
  const missing = named.filter(name => !described.includes(name))
  if (missing.length > 0)
    throw new Error(`${route.method} ${route.path}: params does not describe ${missing.join(', ')}`)
  return route.params
}

/** Nothing leaves that the schema does not name: a new column is not published by accident. */
const presenter = ({ response, method, path }: Route, { mismatch }: DispatchOptions): ((value: unknown) => unknown) => {
  if (!response) return value => value
  const written = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
  if (mismatch === 'drop') return value => Clean(response, written(value))
  const problemsOf = answerCheck(response)
  return value => {
    const answer = written(value)
    const problems = problemsOf(answer)
    const before = JSON.stringify(answer)
    if (problems.length > 0 || JSON.stringify(Clean(response, answer)) !== before)
      throw new Error(`${method} ${path} does not answer what it describes: ${JSON.stringify(problems)} ${before}`)
    return answer
  }
}
