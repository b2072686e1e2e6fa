import type { KeyObject } from 'node:crypto'
import type { Context, Middleware, Next } from 'koa'
import { counterOf } from '../../access/request-limits.ts'
import { createThrottle } from '../../access/throttle.ts'
import { errors, Problem } from '../../errors.ts'
import { FileMissingError, FileTooLargeError } from '../../files/errors.ts'
import { drainLater } from '../drain.ts'
import { html, type Html } from '../html.ts'
import { incoming, type IncomingRequest } from '../incoming.ts'
import { isAnswer, type StreamAnswer } from '../route.ts'
import { send } from '../send.ts'
import type { Services } from '../services.ts'
import { readForm, type PublicForm } from './form.ts'
import { tokenDigest } from './links.ts'
import { PUBLIC_POLICY, publicPage } from './page.ts'
import { createPasses } from './passes.ts'

/** A request for a page that opens without a session: the token of its address is all that its bearer proves. */
export interface PublicRequest extends IncomingRequest {
  /** SHA-256 of the token, hexadecimal: the token itself is nobody's business. */
  readonly digest: string
  /** Path of the page, where its forms and links start: `/mail/<token>`. */
  readonly base: string
  /** What follows, decoded: `fichiers/0` → `['fichiers', '0']`. */
  readonly path: readonly string[]
  /** Did this browser, from this address, give the right word for this lock (the stored hash of a password) within the hour? */
  holds(lock: string): boolean
  /** Checks a password: attempts are counted before, for this page and this address. @throws errors.tooManyAttempts */
  guess(check: () => Promise<boolean>): Promise<boolean>
  /** The form sent: values, and files stored as they come. @throws errors.fileTooLarge, errors.badRequest */
  form(limits?: { readonly files: number; readonly maxBytes: number }): Promise<PublicForm>
}

export type PublicAnswer =
  | { readonly is: 'page'; readonly status?: number; readonly title: string; readonly content: Html }
  /** Back to a page of the same token, by GET. `unlocks`: this browser now holds that lock. */
  | { readonly is: 'goTo'; readonly path: string; readonly unlocks?: string }
  | StreamAnswer

/** Pages that people without an account open by a link they received. */
export interface PublicPages {
  /** First segment of their addresses, and the `page` of `document.publicLink`: `mail`. */
  readonly page: string
  /** What it throws of the catalogue is shown as a page, with its sentence. */
  handle(request: PublicRequest, services: Services): Promise<PublicAnswer>
}

export interface PublicOptions {
  readonly pages: readonly PublicPages[]
  /** Of the platform: signs the passes of those who gave a password. */
  readonly key: KeyObject
}

/** Requests a minute for one address: a whole town hall may be behind it, and a page is a handful of requests. */
const REQUESTS_A_MINUTE = 600

const known = (error: unknown): Problem | undefined => {
  if (error instanceof Problem) return error
  if (error instanceof FileTooLargeError) return errors.fileTooLarge({ detail: error.message, cause: error })
  return error instanceof FileMissingError ? errors.unavailable({ cause: error }) : undefined
}

const TITLES: Readonly<Record<number, string>> = { 404: 'Page introuvable', 429: 'Trop de demandes' }

const problemPage = (problem: Problem): Extract<PublicAnswer, { is: 'page' }> => ({
  is: 'page',
  status: problem.status,
  title: TITLES[problem.status] ?? 'Demande impossible',
  content: html`<section role="alert">
    <p>${problem.message}</p>
    ${problem.detail === undefined ? '' : html`<p>${problem.detail}</p>`}
  </section>`,
})

const NOT_HERE: Extract<PublicAnswer, { is: 'page' }> = {
  is: 'page',
  status: 404,
  title: 'Page introuvable',
  content: html`<section role="alert">
    <p>Aucune page ne correspond à cette adresse. Vérifiez que le lien reçu a été copié en entier.</p>
  </section>`,
}

/** Only these go out, and nobody learns the address of the page from a link followed. */
const HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Robots-Tag': 'noindex, nofollow, noarchive',
  'Content-Security-Policy': PUBLIC_POLICY,
}

const showPage = (ctx: Context, answer: Extract<PublicAnswer, { is: 'page' }>): void => {
  ctx.status = answer.status ?? 200
  ctx.type = 'text/html; charset=utf-8'
  ctx.body = publicPage(answer)
}

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch (error) {
    throw errors.badRequest({ cause: error })
  }
}

/**
 * The pages of the plugins, in front of everything else. With an origin of their own, they answer only there, and nothing else does:
 * what a recipient's file could try has no session of an agent to steal.
 */
export const publicPages = ({ pages, key }: PublicOptions, services: Services): Middleware => {
  const { publicUrl, publicPagesUrl } = services.settings
  const own = publicPagesUrl === undefined ? undefined : new URL(publicPagesUrl).host
  const passes = createPasses({ key, secure: (publicPagesUrl ?? publicUrl).startsWith('https:') })
  const throttle = createThrottle(services.db)
  const count = counterOf(services.db, 'public-pages', REQUESTS_A_MINUTE)

  const requestOf = (ctx: Context, page: PublicPages, token: string, rest: readonly string[]): PublicRequest => {
    const digest = tokenDigest(token)
    const request = incoming(ctx)
    return Object.assign(request, {
      digest,
      base: `/${page.page}/${token}`,
      path: rest.map(decoded),
      holds: (lock: string) =>
        passes.holds(ctx.get('cookie'), { digest, lock, address: ctx.ip, now: services.clock.now() }),
      async guess(check: () => Promise<boolean>) {
        await throttle.attempt(`${page.page} ${digest}`, ctx.ip)
        if (!(await check())) return false
        await throttle.succeeded(`${page.page} ${digest}`, ctx.ip)
        return true
      },
      form: (limits = { files: 0, maxBytes: 0 }) => readForm(request, services.files, limits),
    })
  }

  const answer = async (ctx: Context, page: PublicPages, token: string, rest: readonly string[]): Promise<void> => {
    await count(ctx.ip)
    const request = requestOf(ctx, page, token, rest)
    const given = await page.handle(request, services)
    if (isAnswer(given)) {
      const { log } = services
      send(ctx, given, { present: value => value, status: 200, log, stopping: new AbortController().signal })
      return
    }
    if (given.is === 'page') return showPage(ctx, given)
    if (given.unlocks !== undefined) {
      const pass = { digest: request.digest, lock: given.unlocks, address: ctx.ip, now: services.clock.now() }
      ctx.set('Set-Cookie', passes.cookie(pass, request.base))
    }
    ctx.status = 303
    ctx.set('Location', `${request.base}${given.path}`)
    ctx.body = null
    ctx.status = 303
  }

  const failed = (ctx: Context, error: unknown): void => {
    const problem = known(error)
    const requestId = ctx.state['requestId'] as string
    if (!problem)
      services.log.error({ requestId, err: error, method: ctx.method }, 'Erreur imprévue sur une page publique.')
    const shown = problem ?? errors.internal({ detail: `Identifiant : ${requestId}.`, cause: error })
    if (shown.retryAfter !== undefined) ctx.set('Retry-After', String(shown.retryAfter))
    showPage(ctx, problemPage(shown))
  }

  return async (ctx: Context, next: Next): Promise<void> => {
    const [, first = '', token = '', ...rest] = ctx.path.split('/')
    const page = pages.find(each => each.page === first)
    const here = own === undefined || ctx.host === own
    if (!page && (own === undefined || !here)) {
      await next()
      return
    }
    // The token opens the page: it has no place in a log.
    if (page) ctx.state['loggedPath'] = `/${first}/…`
    drainLater(ctx)
    ctx.set(HEADERS)
    if (!page || !here || token === '') return showPage(ctx, NOT_HERE)
    try {
      await answer(ctx, page, token, rest)
    } catch (error) {
      failed(ctx, error)
    }
  }
}
