import { BaseModel } from '../db/base-model.ts'
import type { Attempt, Back, Document, Due, TrailStop } from '../engine/model.ts'

/** Dates inside `jsonb` are texts. */
type Stored<T> = { readonly [K in keyof T]: T[K] extends Date ? string : T[K] }

/** A row of `documents`; the engine works on `Document`. */
export class DocumentModel extends BaseModel {
  static override tableName = 'documents'
  static override idColumn = ['entityId', 'id']
  static override jsonAttributes = ['data', 'trail', 'due', 'inFlight', 'back', 'passages']
  declare id: string
  declare entityId: string
  declare flowId: string
  declare flowVersion: number
  declare title: string
  declare state: string
  declare stateSince: Date
  declare version: number
  declare data: Document['data']
  declare trail: readonly Stored<TrailStop>[]
  /** `due.task` and `due.at`, apart so that they can be indexed. */
  declare dueTask: string | null
  declare dueAt: Date | null
  declare due: Stored<Due> | null
  declare inFlight: Stored<Attempt> | null
  declare fence: number
  declare back: Back | null
  declare passages: Document['passages']
  declare message: string
  declare waitingFor: string | null
  declare createdBy: string | null
  declare createdAt: Date
  declare updatedAt: Date
}

/** Columns of a list: everything but what weighs. */
export const SUMMARY_COLUMNS = [
  'id',
  'entityId',
  'flowId',
  'flowVersion',
  'title',
  'state',
  'stateSince',
  'message',
  'version',
  'createdAt',
  'updatedAt',
] as const

/** Never `search`, which is only for the database. */
export const DOCUMENT_COLUMNS = [
  ...SUMMARY_COLUMNS,
  'data',
  'trail',
  'due',
  'inFlight',
  'fence',
  'back',
  'passages',
  'waitingFor',
  'createdBy',
] as const

/** The document of a row read with `DOCUMENT_COLUMNS`. */
export const toDocument = (row: DocumentModel): Document => ({
  id: row.id,
  entityId: row.entityId,
  flowId: row.flowId,
  flowVersion: row.flowVersion,
  title: row.title,
  state: row.state,
  stateSince: row.stateSince,
  version: row.version,
  data: row.data,
  trail: row.trail.map(stop => ({ ...stop, at: new Date(stop.at) })),
  due: row.due ? { ...row.due, at: new Date(row.due.at) } : undefined,
  inFlight: row.inFlight ? { ...row.inFlight, since: new Date(row.inFlight.since) } : undefined,
  fence: row.fence,
  // JSON keeps no `undefined`: the key comes back with it.
  back: row.back ? { ...row.back, task: row.back.task } : undefined,
  passages: row.passages,
  message: row.message,
  waitingFor: row.waitingFor ?? undefined,
  createdBy: row.createdBy ?? undefined,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
})
