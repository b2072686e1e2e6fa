import type { Readable } from 'node:stream'
import type { Caller, FileRef, MountRequest, Services } from '#core'
import type { Json } from './http/json.ts'
import type { Given } from './http/parameters.ts'

export type Verb = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** One call of the API, understood. */
export interface Call {
  readonly verb: Verb
  /** What follows the name of the resource in the path; `0` and nothing are the same, as in Pastell. */
  readonly rest: readonly (string | undefined)[]
  readonly given: Given
  readonly caller: Caller
  readonly request: MountRequest
  readonly services: Services
  /** The first version of the API, whose answers and inputs are looser. */
  readonly version: 1 | 2
}

/** What a resource answers. */
export type Reply =
  | { readonly is: 'json'; readonly body: Json; readonly status?: number }
  | { readonly is: 'file'; readonly file: FileRef; readonly name: string }
  /** Made by the hub, maybe long, hence never whole in memory; the name is plain. */
  | { readonly is: 'stream'; readonly open: () => Readable; readonly type: string; readonly name: string }
  | { readonly is: 'bytes'; readonly body: Uint8Array | string; readonly type: string; readonly name: string }
  /** 204, without a body. */
  | { readonly is: 'nothing' }

export const json = (body: Json, status?: number): Reply => ({
  is: 'json',
  body,
  ...(status === undefined ? {} : { status }),
})

/** A resource of the API; a method it lacks is a 405. */
export type Resource = Readonly<Partial<Record<Verb, (call: Call) => Promise<Reply>>>>
