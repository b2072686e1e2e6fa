import type { Context } from 'koa'

/** Beyond, the client is cut: it has had time to read the answer. */
const LARGEST_DRAIN = 1024 ** 3
const LONGEST_DRAIN = 60_000

/**
 * When an answer leaves before the body was read (a refusal, most often), reads the rest and throws it away. Without this,
 * Node closes the connection under the client's hands, which then shows « network error » instead of the sentence. Nothing is
 * kept; a body without end is cut.
 */
export const drainLater = ({ req, res }: Context): void => {
  res.once('finish', () => {
    if (req.readableEnded || req.destroyed) return
    req.unpipe() // whoever was reading has given up; its buffer must not grow
    let size = 0
    const timer = setTimeout(() => req.destroy(), LONGEST_DRAIN)
    req.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > LARGEST_DRAIN) req.destroy()
    })
    req.once('close', () => clearTimeout(timer))
    req.resume()
  })
}
