import type { Db } from '../db/knex.ts'
import { GENESIS, hashOf, type ChainedLine } from './chain.ts'
import { followBlocks } from './verify-blocks.ts'

export interface BrokenLink {
  readonly entityId: string
  /** First line that does not hold. */
  readonly seq: number
  /** French sentence. */
  readonly why: string
}

export interface Verification {
  readonly entities: number
  readonly lines: number
  /** Blocks whose root is that of their lines, and whose token stamps it. */
  readonly blocks: number
  /** First broken link of each chain that has one. */
  readonly broken: readonly BrokenLink[]
}

const BATCH = 1000

interface Row extends Omit<ChainedLine, 'seq'> {
  readonly seq: string
  readonly hash: string
}

interface Head {
  readonly entityId: string
  readonly seq: string
  readonly hash: string
}

/** What a verification needs to know of one chain. */
interface Verified {
  readonly lines: number
  readonly blocks: number
  readonly broken?: BrokenLink
}

/** What is wrong with a line, knowing the one before it. */
const faultOf = (
  line: ChainedLine & { readonly hash: string },
  before: { seq: number; hash: string },
): string | undefined => {
  if (line.seq !== before.seq + 1)
    return `Il manque la ligne ${before.seq + 1} : elle a été supprimée, la suivante porte le numéro ${line.seq}.`
  if (line.prevHash !== before.hash)
    return `La ligne ${line.seq} n'est pas enchaînée à la précédente : l'une des deux a été remplacée.`
  if (hashOf(line) !== line.hash)
    return `La ligne ${line.seq} ne correspond plus à son empreinte : son contenu a été modifié après coup.`
  return undefined
}

const verifyChain = async (
  db: Db,
  { entityId, ...head }: Head,
  authorities: readonly Uint8Array[] | undefined,
): Promise<Verified> => {
  let before = { seq: 0, hash: GENESIS }
  let lines = 0
  const blocks = followBlocks(db, entityId, authorities)
  const found = (seq: number, why: string): Verified => ({
    lines,
    blocks: blocks.held(),
    broken: { entityId, seq, why },
  })
  for (;;) {
    const rows = (await db('journal')
      .where('entity_id', entityId)
      .where('seq', '>', before.seq)
      .orderBy('seq')
      .limit(BATCH)
      .select('*')) as Row[]
    for (const row of rows) {
      const line = { ...row, seq: Number(row.seq) }
      const why = faultOf(line, before)
      if (why !== undefined) return found(line.seq, why)
      before = { seq: line.seq, hash: line.hash }
      lines++
      const fault = await blocks.pass(before)
      if (fault) return found(fault.seq, fault.why)
    }
    if (rows.length < BATCH) break
  }
  // Lines written since the head was read are beyond it: only a chain shorter than its head has lost something.
  if (before.seq < Number(head.seq))
    return found(
      before.seq + 1,
      `La fin du journal manque : il s'arrête à la ligne ${before.seq} alors que ${head.seq} lignes ont été écrites.`,
    )
  const fault = await blocks.end(before.seq)
  return fault ? found(fault.seq, fault.why) : { lines, blocks: blocks.held() }
}

/** Entities that have lines without a head: their chain was removed with it. */
const headless = async (db: Db, entityId: string | undefined): Promise<readonly BrokenLink[]> => {
  const query = db('entities as e')
    .whereNotExists(db('journal_heads as h').whereRaw('h.entity_id = e.id').select(db.raw('1')))
    .whereExists(db('journal as j').whereRaw('j.entity_id = e.id').select(db.raw('1')))
    .select<{ id: string }[]>('e.id')
  if (entityId !== undefined) query.where('e.id', entityId)
  return (await query).map(({ id }) => ({
    entityId: id,
    seq: 1,
    why: 'Le journal de cette entité a des lignes mais plus de tête de chaîne : elle a été effacée.',
  }))
}

/**
 * Re-computes the chain of one entity, or of all, reading it in small batches, and the blocks that were stamped: what `passeur journal verify`
 * runs. Writers may go on meanwhile.
 * @param authorities DER of the certificates trusted to stamp; without them who signed a token is not looked at, only what it stamps
 */
export const verifyJournal = async (
  db: Db,
  entityId?: string,
  authorities?: readonly Uint8Array[],
): Promise<Verification> => {
  const query = db('journal_heads').orderBy('entity_id').select<Head[]>('entityId', 'seq', 'hash')
  if (entityId !== undefined) query.where('entity_id', entityId)
  const heads = await query
  let lines = 0
  let blocks = 0
  const broken: BrokenLink[] = [...(await headless(db, entityId))]
  for (const head of heads) {
    const result = await verifyChain(db, head, authorities)
    lines += result.lines
    blocks += result.blocks
    if (result.broken) broken.push(result.broken)
  }
  return { entities: heads.length, lines, blocks, broken }
}
