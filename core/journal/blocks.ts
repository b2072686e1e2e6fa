import type { Db } from '../db/knex.ts'
import { canonicalJson } from './storable.ts'

/** Lines of one entity that follow each other, under the root of their Merkle tree. */
export interface BlockExtent {
  readonly entityId: string
  readonly first: number
  readonly last: number
  /** SHA-256, hexadecimal. */
  readonly root: string
}

/** A block that was stamped, by whom and when. */
export interface Block extends BlockExtent {
  /** RFC 3161: DER of the CMS. */
  readonly token: Buffer
  /** Time of the token. */
  readonly stampedAt: Date
  /** Name in the certificate that signed. */
  readonly authority: string
  readonly instanceId: string
  /** Name of the connector, as it was that day. */
  readonly instanceLabel: string
}

interface Row extends Omit<Block, 'first' | 'last'> {
  readonly firstSeq: string
  readonly lastSeq: string
}

const blockFrom = ({ firstSeq, lastSeq, ...row }: Row): Block => ({
  ...row,
  first: Number(firstSeq),
  last: Number(lastSeq),
})

/** What is stamped, to the byte: `openssl ts -verify -data` takes it as it is. */
export const blockText = ({ entityId, first, last, root }: BlockExtent): string =>
  canonicalJson({ entityId, first, last, root })

/** Lines of a block at most: its tree stays small, in memory as in proofs. */
export const LINES_OF_BLOCK = 10_000

/** Hashes of consecutive lines. */
export const lineHashes = (
  db: Db,
  { entityId, first, last }: Pick<BlockExtent, 'entityId' | 'first' | 'last'>,
): Promise<readonly string[]> =>
  db('journal').where('entity_id', entityId).whereBetween('seq', [first, last]).orderBy('seq').pluck('hash') as Promise<
    string[]
  >

/** Writes a block down; somebody who did it meanwhile was as right, and their block stays. */
export const keepBlock = async (db: Db, { first, last, ...block }: Block): Promise<void> => {
  await db('journal_blocks')
    .insert({ ...block, firstSeq: first, lastSeq: last })
    .onConflict()
    .ignore()
}

/** The block that a line is in; `undefined` as long as it is not stamped. */
export const blockOf = async (db: Db, entityId: string, seq: number): Promise<Block | undefined> => {
  const row = await db('journal_blocks')
    .where('entity_id', entityId)
    .where('last_seq', '>=', seq)
    .orderBy('last_seq')
    .first<Row | undefined>('*')
  return row && Number(row.firstSeq) <= seq ? blockFrom(row) : undefined
}

/** Number of the last line of an entity that is stamped, 0 for none: all those before it are. */
export const stampedUpTo = async (db: Db, entityId: string): Promise<number> => {
  const row = await db('journal_blocks')
    .where('entity_id', entityId)
    .orderBy('last_seq', 'desc')
    .first<{ lastSeq: string } | undefined>('last_seq')
  return Number(row?.lastSeq ?? 0)
}

const BATCH = 100

/** The blocks of an entity, in order, a few at a time. */
export async function* blocksOf(db: Db, entityId: string): AsyncGenerator<Block> {
  for (let after = 0; ;) {
    const rows = await db('journal_blocks')
      .where('entity_id', entityId)
      .where('last_seq', '>', after)
      .orderBy('last_seq')
      .limit(BATCH)
      .select<Row[]>('*')
    for (const row of rows) yield blockFrom(row)
    after = Number(rows.at(-1)?.lastSeq ?? 0)
    if (rows.length < BATCH) return
  }
}
