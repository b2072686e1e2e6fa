import type { Db } from '../db/knex.ts'
import { blockOf, blockText, lineHashes, type Block } from './blocks.ts'
import { chainedText, hashOf, type ChainedLine } from './chain.ts'
import { merkleTree, rootOf, type PathStep } from './merkle.ts'

/** A line of the journal, and all that shows that it was there when its block was stamped, without any other line. */
export interface JournalProof {
  readonly line: ChainedLine & { readonly hash: string }
  /** What was hashed, to the byte. */
  readonly text: string
  readonly path: readonly PathStep[]
  readonly block: Block
  /** What was stamped, to the byte. */
  readonly blockText: string
}

/** A line by its rank. */
export const lineOf = async (db: Db, entityId: string, seq: number): Promise<JournalProof['line'] | undefined> => {
  const row = await db('journal')
    .where({ entityId, seq })
    .first<(Omit<JournalProof['line'], 'seq'> & { seq: string }) | undefined>('*')
  return row && { ...row, seq: Number(row.seq) }
}

/** The proof of a line; `undefined` as long as its block is not stamped. It says nothing of a line that was falsified since: verifying does. */
export const proofOf = async (db: Db, line: JournalProof['line']): Promise<JournalProof | undefined> => {
  const block = await blockOf(db, line.entityId, line.seq)
  if (!block) return undefined
  const { path } = merkleTree(await lineHashes(db, block), line.seq - block.first)
  return { line, text: chainedText(line), path, block, blockText: blockText(block) }
}

/** Whether a line leads to the root of its block; the token of the block is another matter (`verifyToken`). */
export const leadsToBlock = ({ line, path, block }: Pick<JournalProof, 'line' | 'path' | 'block'>): boolean =>
  rootOf(hashOf(line), path) === block.root
