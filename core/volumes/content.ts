import { Readable } from 'node:stream'

/** A content being written, and what its own reading failed with, if it did. */
export interface Watched {
  readonly stream: Readable
  /** The error of the content itself, to be told from those of the network that both end the transfer. */
  failure(): Error | undefined
}

/** A transfer ends both sides with the error of one: this remembers whether it came from the content. */
export const watched = (content: Readable): Watched => {
  let failed: Error | undefined
  const read = async function* () {
    try {
      yield* content as AsyncIterable<Uint8Array>
    } catch (error) {
      failed = error instanceof Error ? error : new Error(String(error))
      throw error
    }
  }
  return { stream: Readable.from(read(), { objectMode: false }), failure: () => failed }
}

/** The same content, whose errors are said by `say`. */
export const sayingErrors = (content: Readable, say: (error: unknown) => Error): Readable => {
  // An error that comes before the first reading is kept by the stream, and thrown by that reading.
  content.on('error', () => undefined)
  const read = async function* () {
    try {
      yield* content as AsyncIterable<Uint8Array>
    } catch (error) {
      throw say(error)
    }
  }
  const said = Readable.from(read(), { objectMode: false })
  said.once('close', () => content.destroy())
  return said
}

/**
 * The same content, which fails when it ends at another size.
 * @param say the error, from the number of bytes that came
 */
export const ofSize = (content: Readable, size: number, say: (received: number) => Error): Readable => {
  const read = async function* () {
    let received = 0
    for await (const chunk of content as AsyncIterable<Uint8Array>) {
      received += chunk.length
      yield chunk
    }
    if (received !== size) throw say(received)
  }
  return Readable.from(read(), { objectMode: false })
}
