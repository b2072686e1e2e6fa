import { filesHeld, type FileRef } from '../authoring/values.ts'
import type { Transaction } from '../db/knex.ts'
import { displayOf } from '../engine/values.ts'
import type { CompiledFlow, Document } from '../engine/model.ts'

/**
 * What is kept beside a document to find it again: the indexed values, the words of the full text, the versions of its
 * files. All of it is derived from the document, in the same transaction.
 */

interface IndexedValue {
  readonly field: string
  readonly value: string
}

/** Longest value that is worth looking for; B-tree keys have a limit of their own (2.7 kB). */
export const LONGEST_INDEXED = 500

/** What a machine looks for: codes rather than labels, digests rather than names. */
const keyOf = (value: unknown): string | undefined => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'object' && value !== null && 'value' in value && typeof value.value === 'string'
    ? value.value
    : undefined
}

/** Indexed fields that hold something. */
export const indexedValues = (flow: CompiledFlow, data: Document['data']): readonly IndexedValue[] =>
  Object.values(flow.fields).flatMap(({ name, kind, options }) => {
    const value = options.index ? keyOf(data[name]) : undefined
    const values = new Set((kind === 'longText' ? (value?.split('\n') ?? []) : [value ?? '']).map(each => each.trim()))
    return [...values].flatMap(each => (each ? [{ field: name, value: each.slice(0, LONGEST_INDEXED) }] : []))
  })

/**
 * The text that the search reads: title, indexed values as people read them and as machines write them. Each once as it is, once
 * cut at every sign: PostgreSQL takes `2026-14` for a number and a negative number.
 */
export const searchText = (flow: CompiledFlow, { title, data, id }: Document): string => {
  const shown = Object.values(flow.fields).flatMap(field =>
    field.options.index ? [displayOf(field, data[field.name]), keyOf(data[field.name]) ?? ''] : [],
  )
  const text = [title, id, ...shown].filter(Boolean).join(' ').slice(0, 20_000)
  return `${text} ${text.replaceAll(/[^\p{L}\p{N}]+/gu, ' ')}`
}

/**
 * Stems for the words of a sentence, and the words as they are for their beginnings (« délibérat »). The title, given first, weighs more
 * than the whole text.
 */
export const SEARCH_VECTOR = `setweight(to_tsvector('passeur_fr', :title) || to_tsvector('simple', sans_accent(:title)), 'A')
  || to_tsvector('passeur_fr', :text) || to_tsvector('simple', sans_accent(:text))`

interface HeldFile extends FileRef {
  readonly field: string
}

/** Every file that a document holds, with its field. */
export const filesOf = (data: Document['data']): readonly HeldFile[] =>
  Object.entries(data).flatMap(([field, value]) =>
    filesHeld(value).map(({ sha256, name, size, type }) => ({ field, sha256, name, size, type })),
  )

const saveIndex = (trx: Transaction, flow: CompiledFlow, { entityId, id, flowId, createdAt, data }: Document) =>
  trx.raw(
    `with wanted as (select * from jsonb_to_recordset(:wanted) as w(field text, value text)),
     gone as (
       delete from document_index i
       where i.entity_id = :entityId and i.document_id = :id
         and not exists (select from wanted w where w.field = i.field and w.value = i.value))
     insert into document_index (entity_id, document_id, field, value, flow_id, created_at)
     select :entityId, :id, field, value, :flowId, :createdAt from wanted
     on conflict do nothing`,
    { entityId, id, flowId, createdAt, wanted: JSON.stringify(indexedValues(flow, data)) },
  )

/** A replaced file keeps its line, dated: what was signed last year can still be found. */
const saveFiles = (trx: Transaction, { entityId, id, data, updatedAt }: Document) =>
  trx.raw(
    `with wanted as (
       select distinct on (field, sha256, name) * from jsonb_to_recordset(:wanted)
         as w(field text, sha256 text, name text, size bigint, type text)),
     held as (
       select * from document_files where entity_id = :entityId and document_id = :id and replaced_at is null),
     gone as (
       update document_files f set replaced_at = :at
       where f.entity_id = :entityId and f.document_id = :id and f.replaced_at is null
         and not exists (select from wanted w where (w.field, w.sha256, w.name) = (f.field, f.sha256, f.name)))
     insert into document_files (entity_id, document_id, field, sha256, name, size, type, added_at)
     select :entityId, :id, field, sha256, name, size, type, :at from wanted w
     where not exists (select from held h where (h.field, h.sha256, h.name) = (w.field, w.sha256, w.name))
     on conflict do nothing`,
    { entityId, id, at: updatedAt, wanted: JSON.stringify(filesOf(data)) },
  )

/** Brings index and files up to the values of the document. */
export const saveTraces = async (trx: Transaction, flow: CompiledFlow, document: Document): Promise<void> => {
  await saveIndex(trx, flow, document)
  await saveFiles(trx, document)
}

/** The states that this very move reached: lists find the documents that passed there. */
export const savePassages = async (
  trx: Transaction,
  { entityId, id, flowId, trail, updatedAt }: Document,
): Promise<void> => {
  const reached = trail.filter(({ at }) => at.getTime() === updatedAt.getTime())
  if (reached.length === 0) return
  await trx('document_passages')
    .insert(reached.map(({ state, at }) => ({ entityId, documentId: id, flowId, state, at })))
    .onConflict()
    .ignore()
}
