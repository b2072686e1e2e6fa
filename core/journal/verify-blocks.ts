import { PermanentError } from '../authoring/errors.ts'
import { rfc3161 } from '../contracts/rfc3161/load.ts'
import type { Db } from '../db/knex.ts'
import { blocksOf, blockText, type Block } from './blocks.ts'
import { merkleTree } from './merkle.ts'

/** First line of a block that does not hold, and why. */
export interface BlockFault {
  readonly seq: number
  readonly why: string
}

const named = ({ first, last }: Block): string => `Le bloc des lignes ${first} à ${last}`

/** What is wrong with the token of a block. */
const tokenFault = async (
  block: Block,
  authorities: readonly Uint8Array[] | undefined,
): Promise<string | undefined> => {
  const { assertStamps, verifyToken } = await rfc3161()
  const content = Buffer.from(blockText(block))
  try {
    if (!authorities) {
      assertStamps(block.token, content)
      return undefined
    }
    const { at } = await verifyToken(block.token, { content, authorities })
    return at.getTime() === block.stampedAt.getTime()
      ? undefined
      : `${named(block)} est daté du ${block.stampedAt.toISOString()} alors que son jeton dit ${at.toISOString()}.`
  } catch (error) {
    // Whatever the token is, not being able to read it is an answer; anything else is a fault of ours.
    if (error instanceof PermanentError) return `${named(block)} a perdu sa preuve. ${error.message}`
    throw error
  }
}

/** Checks the blocks of an entity while its lines go by, holding one block in memory. */
export const followBlocks = (db: Db, entityId: string, authorities: readonly Uint8Array[] | undefined) => {
  const blocks = blocksOf(db, entityId)
  let current: Block | undefined
  let begun = false
  let hashes: string[] = []
  let held = 0

  /** The next block; a sentence when it does not begin where the one before ended. */
  const advance = async (expected: number): Promise<BlockFault | undefined> => {
    const next = await blocks.next()
    current = next.done ? undefined : next.value
    hashes = []
    if (!current || current.first === expected) return undefined
    return {
      seq: expected,
      why: `Il manque un bloc horodaté : le suivant commence à la ligne ${current.first} au lieu de ${expected}.`,
    }
  }

  const close = async (block: Block): Promise<BlockFault | undefined> => {
    if (merkleTree(hashes).root !== block.root)
      return {
        seq: block.first,
        why: `${named(block)} n'a plus la racine qui a été inscrite : des lignes ont été récrites avec leurs empreintes, ou la racine a été changée.`,
      }
    const why = await tokenFault(block, authorities)
    if (why !== undefined) return { seq: block.first, why }
    held++
    return advance(block.last + 1)
  }

  return {
    held: () => held,

    /** A line whose chain holds, in order. */
    async pass({ seq, hash }: { readonly seq: number; readonly hash: string }): Promise<BlockFault | undefined> {
      if (!begun) {
        begun = true
        const fault = await advance(seq)
        if (fault) return fault
      }
      if (!current) return undefined
      hashes.push(hash)
      return seq === current.last ? close(current) : undefined
    },

    /** After the last line. */
    async end(last: number): Promise<BlockFault | undefined> {
      if (!begun) await advance(1)
      // A block stamped since the last lines were read covers lines that came since: they are there.
      if (!current || (await db('journal').where({ entityId, seq: current.last }).first('seq'))) return undefined
      return {
        seq: last + 1,
        why: `La fin du journal manque : des lignes jusqu'à la ${current.last} ont été horodatées, il s'arrête à la ${last}.`,
      }
    },
  }
}
