import type { Readable } from 'node:stream'
import Type, { type Static, type TObject, type TSchema } from 'typebox'
import type { Caller } from '../access/caller.ts'
import type { Rights } from '../access/rights.ts'
import type { ProblemDefinition } from '../errors.ts'
import type { IncomingRequest } from './incoming.ts'
import type { FormFile } from './multipart.ts'
import type { Services } from './services.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'

type Nothing = TObject<Record<never, never>>

/** Another answer of a route; its handler says its status (`headed`). */
export interface Variant<B = unknown> {
  readonly status: number
  /** One line of the documentation of the API, in French. */
  readonly summary: string
  /** A test sends it too. */
  readonly example: B
}

/** What a handler receives. It never sees Koa: it can be called from a test like any function. */
export interface RouteContext<P extends TSchema, Q extends TSchema, B extends TSchema, C = Caller> {
  readonly params: Static<P>
  readonly query: Static<Q>
  readonly body: Static<B>
  /** Who asks. `undefined` on a public route, which looks at no proof. */
  readonly caller: C
  /** The caller's rights on `:entityId`; without one in the path, those they hold anywhere. */
  readonly rights: Rights
  /** Files that came with the body, when the route accepts forms: read from the socket one by one. */
  readonly files: AsyncIterable<FormFile>
  /** For uploads, ranges and long answers; most handlers ignore it. */
  readonly request: IncomingRequest
  readonly services: Services
}

interface Described<P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema> {
  readonly method: Method
  /** Below `/api/v3`; `:name` for parameters, which `params` must describe. */
  readonly path: string
  /** One line of the documentation of the API, in French. */
  readonly summary: string
  readonly description?: string
  readonly params?: P
  /** Texts of the query, converted to the numbers and booleans asked for. */
  readonly query?: Q
  /** Headers of its own, described; the handler reads them. */
  readonly headers?: TSchema
  /** JSON body; leave it out when there is none. */
  readonly body?: B
  /** The same body may come as a form (`multipart/form-data`), its files after it, each under the name of its field. */
  readonly form?: 'multipart'
  /** Media type of a body that the handler reads itself, as a stream (`request.stream`). */
  readonly upload?: string
  /** Shape of the answer: what it does not name does not leave. Leave it out with 204, a stream or events. */
  readonly response?: R
  /** Media type of an answer that is not JSON. */
  readonly produces?: string
  /** 200 unless told. */
  readonly status?: number
  /** Other statuses that a header of the request may bring, and what they say, in French: 206 for a range. */
  readonly alsoAnswers?: Readonly<Record<number, string>>
  /** Errors that its shape does not already announce (`refusals.ts`); in a test, one that is not announced is a fault. */
  readonly refusals?: readonly ProblemDefinition[]
  /** A body that this route accepts, shown in its description; a test sends it. */
  readonly example?: Static<B>
  /** Bodies that do less and are answered with another status, in the same shape: a trial creates nothing. */
  readonly variants?: readonly Variant<Static<B>>[]
  /** `never` when the answer holds a secret: it is then not kept for who asks again under the same `Idempotency-Key`. */
  readonly replay?: 'never'
}

/**
 * The right needed, checked on `:entityId` before the handler; without one in the path, on the root (`where: 'root'`) or on any
 * entity (`'anywhere'`, for catalogues). A path with `:entityId` always asks for some right there, else the entity is
 * « introuvable ». A function may depend on what is asked, or refuse by itself.
 */
type Guarded<P extends TSchema, Q extends TSchema, B extends TSchema> = {
  readonly access?: 'caller'
  readonly can?: string | ((context: RouteContext<P, Q, B>) => string | Promise<string>)
  readonly where?: 'root' | 'anywhere'
}

/** The route as a value: what validates, what documents and what acts are the same lines. */
export interface Route extends Described<TSchema, TSchema, TSchema, TSchema> {
  readonly access: 'caller' | 'public'
  readonly can: string | ((context: ErasedContext) => string | Promise<string>) | undefined
  readonly where: 'root' | 'anywhere'
  readonly params: TSchema
  readonly query: TSchema
  readonly status: number
  handle(context: ErasedContext): Promise<unknown>
}

/** Each way to ask for a route, under its name in `api/examples.json`: its variants first, which change nothing. */
export const asksOf = (route: Route): readonly (readonly [name: string, ask: Route])[] => {
  const name = `${route.method} ${route.path}`
  const variants = (route.variants ?? []).map(each => [`${name} ${each.status}`, { ...route, ...each }] as const)
  return [...variants, [name, route]]
}

export type ErasedContext = RouteContext<TSchema, TSchema, TSchema, Caller | undefined>

/** Declares a route for signed-in callers. */
export function route<
  P extends TSchema = Nothing,
  Q extends TSchema = Nothing,
  B extends TSchema = TSchema,
  R extends TSchema = TSchema,
>(
  definition: Described<P, Q, B, R> &
    Guarded<P, Q, B> & { handle(context: RouteContext<P, Q, B>): Promise<AnswerOf<R>> | AnswerOf<R> },
): Route
/** Declares a route open to anyone: signing in, probes, documentation. */
export function route<
  P extends TSchema = Nothing,
  Q extends TSchema = Nothing,
  B extends TSchema = TSchema,
  R extends TSchema = TSchema,
>(
  definition: Described<P, Q, B, R> & {
    readonly access: 'public'
    handle(context: RouteContext<P, Q, B, undefined>): Promise<AnswerOf<R>> | AnswerOf<R>
  },
): Route
export function route(definition: object): Route {
  // Types are checked above, where the route is written; the dispatcher checks values against the same schemas.
  const given = definition as Partial<Route> & Pick<Route, 'method' | 'path' | 'summary' | 'handle'>
  return {
    access: 'caller',
    can: undefined,
    where: 'root',
    params: Type.Object({}),
    query: Type.Object({}),
    status: 200,
    ...given,
    handle: async context => given.handle(context),
  }
}

/** A presenter has no reason to hand out something that may be written. */
export type ReadonlyDeep<T> = T extends readonly (infer E)[]
  ? readonly ReadonlyDeep<E>[]
  : T extends object
    ? { readonly [K in keyof T]: ReadonlyDeep<T[K]> }
    : T

/** What a handler may return: the value described, or that value with headers, a stream, events. */
type AnswerOf<R extends TSchema> = ReadonlyDeep<Static<R>> | Answer<ReadonlyDeep<Static<R>>>

const KIND = Symbol('answer')

export interface StreamAnswer {
  readonly [KIND]: 'stream'
  /** Opened only when the content is really sent (not for HEAD). */
  open(): Readable
  readonly status?: number
  readonly headers: Readonly<Record<string, string>>
}

export interface EventsAnswer {
  readonly [KIND]: 'events'
  /** Called once connected; returns what to do when the client leaves. */
  subscribe(sink: EventSink): () => void
  /** Asked at each ping: a session closed or a right withdrawn ends the stream. */
  stillAllowed(): Promise<boolean>
}

export interface EventSink {
  send(event: { readonly event: string; readonly data: unknown; readonly id?: string }): void
}

export interface HeadedAnswer<T> {
  readonly [KIND]: 'headed'
  readonly body: T
  readonly headers: Readonly<Record<string, string>>
  readonly status?: number
}

export type Answer<T = unknown> = StreamAnswer | EventsAnswer | HeadedAnswer<T>

/** Answers with a stream (a file); the headers say what it is. */
export const stream = (answer: Omit<StreamAnswer, typeof KIND>): StreamAnswer => ({ [KIND]: 'stream', ...answer })
/** Answers with server-sent events, until the client leaves. */
export const sse = (answer: Omit<EventsAnswer, typeof KIND>): EventsAnswer => ({ [KIND]: 'events', ...answer })
/** Answers with a value and headers of its own (a cookie), or another status than the route's. */
export const headed = <T>(answer: Omit<HeadedAnswer<T>, typeof KIND>): HeadedAnswer<T> => ({
  [KIND]: 'headed',
  ...answer,
})

/** Answers 204: what was asked for is gone. */
export const nothing = (): HeadedAnswer<never> => headed({ body: undefined as never, headers: {} })

export const isAnswer = (value: unknown): value is Answer =>
  typeof value === 'object' && value !== null && KIND in value
export const kindOf = (answer: Answer): 'stream' | 'events' | 'headed' => answer[KIND]
export const isHeaded = (value: unknown): value is HeadedAnswer<unknown> =>
  isAnswer(value) && kindOf(value) === 'headed'
