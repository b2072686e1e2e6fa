import type { FileRef } from '../authoring/values.ts'
import type { Goto, Stay, Wait } from '../authoring/steps.ts'
import type { Attempt, CompiledTask, Document } from './model.ts'

export type Outcome = Goto | Wait | Stay

/** What may happen to a document. Whoever makes one has checked the guard; `settle` only computes what follows. */
export type Event =
  | { readonly is: 'created'; readonly by?: string | undefined; readonly message?: string }
  | {
      readonly is: 'edited'
      readonly values: Document['data']
      readonly what: string
      readonly by?: string | undefined
    }
  | { readonly is: 'sent'; readonly by?: string | undefined }
  | { readonly is: 'continued'; readonly by?: string | undefined }
  /** An agent saw at the remote that an uncertain sending did arrive. */
  | { readonly is: 'confirmed'; readonly by?: string | undefined }
  | { readonly is: 'asked'; readonly task: string; readonly by?: string | undefined }
  /** An agent opens a page of the remote. Its address is no part of this. */
  | { readonly is: 'opened'; readonly link: string; readonly by?: string | undefined }
  | { readonly is: 'attempted'; readonly attempt: Attempt }
  | { readonly is: 'answered'; readonly task: string; readonly outcome: Outcome }
  | { readonly is: 'failed'; readonly task: string; readonly failure: Failure }
  | { readonly is: 'postponed'; readonly until: Date; readonly message?: string }
  /** `doubt`: an earlier attempt had no answer, which must not be forgotten while waiting. */
  | { readonly is: 'blocked'; readonly waitingFor: string; readonly message: string; readonly doubt: boolean }
  | { readonly is: 'declined'; readonly task: string; readonly why: string }
  | { readonly is: 'received'; readonly field: string; readonly files: readonly FileRef[]; readonly message: string }
  /** Something happened outside; `outcome` is what its step makes of it. */
  | { readonly is: 'signalled'; readonly signal: string; readonly outcome: Goto | Stay }
  | { readonly is: 'forced'; readonly state: string; readonly reason: string; readonly by: string }
  /** It goes to another version of its flow; `as`: what is of the document, under the names of that version. */
  | {
      readonly is: 'upgraded'
      readonly as: Pick<Document, 'flowVersion' | 'data' | 'state' | 'trail' | 'due' | 'back' | 'passages'>
      /** Where it is put, when its state is gone. */
      readonly into: string | undefined
      readonly message: string
      readonly by: string | undefined
    }
  | { readonly is: 'reopened'; readonly by?: string | undefined }
  | { readonly is: 'abandoned'; readonly reason?: string; readonly by?: string | undefined }
  | { readonly is: 'deleted'; readonly by?: string | undefined }

export interface Failure {
  readonly kind: 'temporary' | 'permanent' | 'unexpected'
  readonly message: string
  /** The remote may have received the request. */
  readonly maybeSent: boolean
  /** Milliseconds that the remote asked us to wait. */
  readonly retryAfter?: number | undefined
}

/** Paces that an administrator set on instances; they replace those of the steps. */
export interface Paces {
  polling(task: CompiledTask): string | undefined
  patience(task: CompiledTask): string | undefined
}

export const NO_PACES: Paces = { polling: () => undefined, patience: () => undefined }
