import type { Db } from '../db/knex.ts'
import { GENESIS, hashOf, type ChainedLine } from './chain.ts'

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

const verifyChain = async (db: Db, { entityId, ...head }: Head): Promise<{ lines: number; broken?: BrokenLink }> => {
  let before = { seq: 0, hash: GENESIS }
  let lines = 0
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
      if (why !== undefined) return { lines, broken: { entityId, seq: line.seq, why } }
      before = { seq: line.seq, hash: line.hash }
      lines++
    }
    if (rows.length < BATCH) break
  }
  // Lines written since the head was read are beyond it: only a chain shorter than its head has lost something.
  if (before.seq < Number(head.seq))
    return {
      lines,
      broken: {
        entityId,
        seq: before.seq + 1,
        why: `La fin du journal manque : il s'arrête à la ligne ${before.seq} alors que ${head.seq} lignes ont été écrites.`,
      },
    }
  return { lines }
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
 * Re-computes the chain of one entity, or of all, reading it in small batches: what `passeur journal verify` runs.
 * Writers may go on meanwhile.
 */
export const verifyJournal = async (db: Db, entityId?: string): Promise<Verification> => {
  const query = db('journal_heads').orderBy('entity_id').select<Head[]>('entityId', 'seq', 'hash')
  if (entityId !== undefined) query.where('entity_id', entityId)
  const heads = await query
  let lines = 0
  const broken: BrokenLink[] = [...(await headless(db, entityId))]
  for (const head of heads) {
    const result = await verifyChain(db, head)
    lines += result.lines
    if (result.broken) broken.push(result.broken)
  }
  return { entities: heads.length, lines, broken }
}
