/** Receives the text of one element, in stretches of bytes; reading waits for what it returns. */
export type TextSink = (text: Uint8Array) => void | Promise<void>

/**
 * Takes texts out of a document that a reader of tags goes through: a supporting piece of 100 MB is read as it comes, and the parser
 * never holds it. To be placed between the content and `streamXml`; its listener says what it wants when an element opens.
 */
export interface TextTap {
  /** The text of the element that has just opened goes there, until `release`. Entities are not resolved. */
  take(sink: TextSink): void
  release(): void
  /** From here on any element may be taken, and not only those with a `marks` name: slower, for small parts. */
  watchAll(on: boolean): void
  /** The document without the texts taken. Elements within its first 512 bytes cannot be taken. */
  through(source: AsyncIterable<unknown>): AsyncGenerator<Uint8Array>
}

const LESS = 0x3c
const GREATER = 0x3e
/** `streamXml` holds the first bytes until it knows the encoding: nobody can ask for anything before. */
const START = 512
/** A tag cut by the end of a chunk waits for its rest; beyond, it is no tag that we look for. */
const LONGEST_TAG = 65_536

/** @param marks local names of the elements that may be taken, as ASCII */
export const textTap = (marks: readonly string[]): TextTap => {
  const names = marks.map(mark => Buffer.from(mark, 'ascii'))
  let sink: TextSink | undefined
  let isWatchingAll = false

  /** End of the next tag after which somebody may want a text; -1 when it is not there yet. */
  const nextCut = (bytes: Buffer): number => {
    if (sink || isWatchingAll) return bytes.indexOf(GREATER) + 1 || -1
    const found = names.map(name => bytes.indexOf(name)).filter(at => at !== -1)
    return found.length === 0 ? -1 : bytes.indexOf(GREATER, Math.min(...found)) + 1 || -1
  }

  /** Where a tag begins that has no end yet; the length when there is none. */
  const openTag = (bytes: Buffer): number => {
    const last = bytes.lastIndexOf(LESS)
    const isCut = last !== -1 && bytes.indexOf(GREATER, last) === -1 && bytes.length - last < LONGEST_TAG
    return isCut ? last : bytes.length
  }

  return {
    take: to => void (sink = to),
    release: () => void (sink = undefined),
    watchAll: on => void (isWatchingAll = on),
    async *through(source) {
      let rest = Buffer.alloc(0)
      let started = false
      for await (const chunk of source as AsyncIterable<Uint8Array>) {
        rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
        if (!started) {
          if (rest.length < START) continue
          started = true
          yield rest.subarray(0, START)
          rest = rest.subarray(START)
        }
        for (;;) {
          if (sink) {
            const tag = rest.indexOf(LESS)
            const text = tag === -1 ? rest : rest.subarray(0, tag)
            if (text.length > 0) await sink(text)
            rest = rest.subarray(text.length)
            if (tag === -1) break
          }
          const cut = nextCut(rest)
          if (cut === -1) break
          yield rest.subarray(0, cut)
          rest = rest.subarray(cut)
        }
        const end = openTag(rest)
        if (end > 0) yield rest.subarray(0, end)
        rest = rest.subarray(end)
      }
      if (rest.length > 0) yield rest
    },
  }
}
