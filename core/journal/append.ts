import type { Transaction } from '../db/knex.ts'
import type { Entry } from '../engine/model.ts'
import { GENESIS, hashOf, type ChainedLine } from './chain.ts'
import { storableJson, storableText } from './storable.ts'

/** Where a line stands, and who wrote it. */
export interface Occasion {
  readonly entityId: string
  /** `undefined` for what concerns the entity itself (its connectors). */
  readonly documentId?: string | undefined
  readonly at: Date
  /** Name shown for an author: it is kept as it was that day, accounts come and go. */
  readonly nameOf?: (userId: string) => string | undefined
}

interface Head {
  readonly seq: string
  readonly hash: string
}

/** The head of the chain, locked until the end of the transaction. */
const lockHead = async (trx: Transaction, entityId: string): Promise<Head> => {
  const locked = () =>
    trx('journal_heads').where('entity_id', entityId).forUpdate().first<Head | undefined>('seq', 'hash')
  const head = await locked()
  if (head) return head
  await trx('journal_heads').insert({ entity_id: entityId, seq: 0, hash: GENESIS }).onConflict('entity_id').ignore()
  return (await locked()) ?? { seq: '0', hash: GENESIS }
}

/**
 * Adds lines to the journal of an entity, chained to the last one. It locks the head of the chain until the end of the
 * transaction: call it last, so that the documents of one entity only wait for each other's commit.
 */
export const appendJournal = async (
  trx: Transaction,
  { entityId, documentId, at, nameOf }: Occasion,
  entries: readonly Entry[],
): Promise<void> => {
  if (entries.length === 0) return
  const head = await lockHead(trx, entityId)
  let { hash } = head
  let seq = Number(head.seq)
  const rows = entries.map(entry => {
    const line: ChainedLine = {
      entityId,
      seq: ++seq,
      at,
      documentId: documentId ?? null,
      kind: entry.kind,
      event: entry.event,
      message: storableText(entry.message),
      authorId: entry.by ?? null,
      authorName: entry.by === undefined ? null : (nameOf?.(entry.by) ?? null),
      // Through JSON and back: the hash is computed on what the database will give back.
      detail: entry.detail === undefined ? null : (JSON.parse(storableJson(entry.detail)) as unknown),
      prevHash: hash,
    }
    hash = hashOf(line)
    return { ...line, detail: line.detail === null ? null : JSON.stringify(line.detail), hash }
  })
  await trx('journal').insert(rows)
  await trx('journal_heads').where('entity_id', entityId).update({ seq, hash })
}
