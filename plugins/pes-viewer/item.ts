import { streamXml, UnreadableXml } from '#core'
import { isItem, within, type Window } from './content.ts'

/** An element of the file, whole. */
export interface PesElement {
  readonly name: string
  /** Attribute `V`; empty without one. */
  readonly value: string
  readonly children: readonly PesElement[]
}

export interface PesItemDetail {
  readonly domain: string
  readonly element: PesElement
  /** Those asked for; their count is that of the item. */
  readonly pieces: readonly PesElement[]
  readonly pieceCount: number
  /** There was more than a page can hold: the end is missing. */
  readonly isCut: boolean
}

/** Elements kept: beyond, a page is no longer read by anybody. */
const MOST_ELEMENTS = 20_000
/** Shown apart, verified elsewhere. */
const LEFT_OUT: ReadonlySet<string> = new Set(['Signature', 'Piece'])

interface Growing extends PesElement {
  readonly children: Growing[]
}

/**
 * Reads one item of a PES, with a page of its pieces; reading stops at its end.
 * @param rank as in `PesItem`
 * @returns `undefined` when the file has not so many
 * @throws UnreadableXml when it is not well formed up to there; what `source` throws
 */
export const readItem = async (
  source: AsyncIterable<unknown>,
  rank: number,
  wanted: Window,
): Promise<PesItemDetail | undefined> => {
  const pieces: PesElement[] = []
  const open: Growing[] = []
  let element: Growing | undefined
  let domain = ''
  let seen = 0
  let depth = 0
  let pieceCount = 0
  let kept = 0
  let isCut = false
  let isOver = false
  /** Depth of what is passed over. */
  let skipped = 0

  const begin = (name: string, path: readonly string[]) => {
    if (!isItem(path)) return
    // An item may hold elements of that name: only its own end counts.
    seen += 1
    depth = path.length
    if (seen !== rank) return
    domain = path[1] ?? ''
    element = { name, value: '', children: [] }
    open.push(element)
  }
  const isLeftOut = (name: string): boolean => {
    if (!LEFT_OUT.has(name)) return false
    if (name !== 'Piece') return true
    pieceCount += 1
    return !within(wanted, pieceCount)
  }
  const grow = (name: string, value: string, path: readonly string[]) => {
    isCut ||= kept >= MOST_ELEMENTS
    if (isLeftOut(name) || isCut) {
      skipped = path.length
      return
    }
    kept += 1
    const grown: Growing = { name, value, children: [] }
    if (name === 'Piece') pieces.push(grown)
    else open.at(-1)?.children.push(grown)
    open.push(grown)
  }
  async function* upToItsEnd(): AsyncGenerator {
    for await (const chunk of source) {
      yield chunk
      if (isOver) return
    }
  }

  try {
    await streamXml(upToItsEnd(), {
      open(name, { V: value = '' }, path) {
        if (isOver || skipped > 0) return
        if (depth === 0) begin(name, path)
        else if (element) grow(name, value, path)
      },
      close(_name, path) {
        if (skipped > 0) {
          if (path.length === skipped) skipped = 0
          return
        }
        if (element && !isOver) open.pop()
        if (path.length !== depth) return
        depth = 0
        isOver = element !== undefined
      },
    })
  } catch (error) {
    // Left in the middle of the document, on purpose.
    if (!(error instanceof UnreadableXml && isOver)) throw error
  }
  return element && { domain, element, pieces, pieceCount, isCut }
}
