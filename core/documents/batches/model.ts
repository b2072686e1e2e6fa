import type { Scope } from '../../access/scope.ts'
import type { FileRef } from '../../authoring/values.ts'

/** `examining` → `ready` (the dry run is to be read) → `running` → `ended`; an action is `running` from the start. */
export type Stage = 'examining' | 'ready' | 'running' | 'ended' | 'cancelled' | 'unreadable'

/**
 * Of a line. Before the creation: `ready`, `invalid` (nothing will be created), `known` (already created from the same line). Then `todo`,
 * and what came of it; `partial`: created, but the action that was to follow was not done.
 */
export type Status = 'ready' | 'invalid' | 'known' | 'todo' | 'done' | 'partial' | 'refused' | 'failed' | 'cancelled'

/** An action asked of many documents. */
export interface ActionTask {
  readonly action: string
}

/** Documents to create from a file of the store. */
export interface CreationTask {
  readonly flow: string
  readonly file: FileRef
  /** Full name of the field that receives the files of a zip without CSV. */
  readonly field: string | undefined
  /** Full name of the action asked of each document once created. */
  readonly action: string | undefined
  /** Lines already created are created again. */
  readonly again: boolean
}

interface Common {
  readonly entityId: string
  readonly id: string
  readonly userId: string
  readonly scope: Scope | undefined
  readonly stage: Stage
  readonly label: string
  /** Sentences about no line in particular. */
  readonly remarks: readonly string[]
  readonly counts: Readonly<Partial<Record<Status, number>>>
  readonly createdAt: Date
  readonly endedAt: Date | null
}

export type Batch = Common &
  ({ readonly kind: 'action'; readonly task: ActionTask } | { readonly kind: 'creation'; readonly task: CreationTask })
export type CreationBatch = Batch & { readonly kind: 'creation' }

/** What a line to create holds until it is created: values as the fields hold them, paths of its files in the archive. */
export interface Content {
  readonly values: Readonly<Record<string, unknown>>
  readonly files: Readonly<Record<string, readonly string[]>>
  /** Hexadecimal: the same line of the same content has the same one. */
  readonly digest: string
}

export interface Item {
  /** Line of the file, or rank of the document in what was chosen. */
  readonly line: number
  readonly status: Status
  readonly title: string
  readonly flowId: string
  readonly documentId: string | null
  /** Sentences, one per line of text. */
  readonly message: string
  readonly content: Content | null
}

/** What becomes of a line. */
export interface Result {
  readonly status: Exclude<Status, 'ready' | 'invalid' | 'todo'>
  readonly message: string
  readonly documentId?: string
}

/** Documents of one batch of actions. */
export const MOST_DOCUMENTS = 1_000
/** Lines of one file. */
export const MOST_LINES = 10_000
