import type { Readable } from 'node:stream'

export interface Stretches {
  /** The next bytes, to be read to the end before asking again; `undefined` when nothing is left. */
  next(): AsyncIterable<Buffer> | undefined
  /** Why the content ended before its end. What had arrived was given all the same. */
  cut(): unknown
  /** More came than was announced; nothing was given beyond. */
  tooMuch(): boolean
}

/**
 * Divides a content that arrives into stretches of some size. A cut ends the stretch as if it were complete: what arrived counts.
 * @param options.most bytes accepted in all
 * @param options.each sees every piece given
 */
export const stretches = (
  content: Readable,
  { size, most, each }: { readonly size: number; readonly most: number; readonly each: (bytes: Buffer) => unknown },
): Stretches => {
  const source = content[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let held: Buffer = Buffer.alloc(0)
  let ended = false
  let left = most
  let excess = false
  let reason: unknown

  const more = async (): Promise<void> => {
    try {
      const next = await source.next()
      if (next.done) ended = true
      else held = next.value
    } catch (error) {
      ended = true
      reason = error
    }
    if (held.length <= left) return
    excess = true
    ended = true
    held = held.subarray(0, left)
    content.destroy()
  }

  async function* stretch(): AsyncGenerator<Buffer> {
    for (let room = size; room > 0;) {
      if (held.length === 0 && !ended) await more()
      if (held.length === 0) return
      const bytes = held.subarray(0, room)
      held = held.subarray(bytes.length)
      room -= bytes.length
      left -= bytes.length
      each(bytes)
      yield bytes
    }
  }

  return {
    next: () => (ended && held.length === 0 ? undefined : stretch()),
    cut: () => reason,
    tooMuch: () => excess,
  }
}
