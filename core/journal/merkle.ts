import { createHash } from 'node:crypto'

/** A step from a leaf to the root: the other half, and on which side it stands. */
export interface PathStep {
  readonly side: 'left' | 'right'
  /** SHA-256, hexadecimal. */
  readonly hash: string
}

// A leaf can never be taken for a node (RFC 6962 §2.1).
const LEAF = Buffer.from([0])
const NODE = Buffer.from([1])

const sha256 = (...parts: readonly Buffer[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

const leafOf = (line: string): Buffer => sha256(LEAF, Buffer.from(line, 'hex'))
const nodeOf = (left: Buffer, right: Buffer): Buffer => sha256(NODE, left, right)

/** A level above another: pairs are joined, one left alone goes up as it is. Same tree as RFC 6962. */
const above = (level: readonly Buffer[]): readonly Buffer[] =>
  level.flatMap((left, index) => {
    if (index % 2 === 1) return []
    const right = level[index + 1]
    return [right ? nodeOf(left, right) : left]
  })

/**
 * Root of the Merkle tree of lines, and the way to it from one of them.
 * @param lines their hashes (SHA-256, hexadecimal), one at least, in order
 * @param place index of the line to prove
 */
export const merkleTree = (
  lines: readonly string[],
  place = 0,
): { readonly root: string; readonly path: readonly PathStep[] } => {
  const path: PathStep[] = []
  let level: readonly Buffer[] = lines.map(leafOf)
  for (let at = place; level.length > 1; at >>= 1) {
    const [side, other] = at % 2 === 1 ? (['left', level[at - 1]] as const) : (['right', level[at + 1]] as const)
    if (other) path.push({ side, hash: other.toString('hex') })
    level = above(level)
  }
  const [root] = level
  if (!root) throw new Error('no tree without a line')
  return { root: root.toString('hex'), path }
}

/** The root that a line and its path lead to. @param line its hash, hexadecimal */
export const rootOf = (line: string, path: readonly PathStep[]): string =>
  path
    .reduce((below, { side, hash }) => {
      const other = Buffer.from(hash, 'hex')
      return side === 'left' ? nodeOf(other, below) : nodeOf(below, other)
    }, leafOf(line))
    .toString('hex')
