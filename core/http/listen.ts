import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Listening {
  readonly port: number
  /** Stops accepting, lets the answers in hand finish, cuts what remains after `grace` ms. */
  close(grace?: number): Promise<void>
}

/** Longer than any call to a remote that a request waits for; the pings of a stream of events are bytes. */
const SILENCE = 150_000

/**
 * Opens the door. Port 0 takes a free one.
 * @throws the error of the system (`EADDRINUSE`) when the port cannot be had
 */
export const listen = async (
  handler: RequestListener,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listening> => {
  const server = createServer(handler)
  // Node's five minutes for a whole request would cut the upload of a large file on a slow line; silence is what we watch.
  server.requestTimeout = 0
  server.setTimeout(SILENCE)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: (grace = 5_000) =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => server.closeAllConnections(), grace)
        server.close(error => {
          clearTimeout(timer)
          if (error) reject(error)
          else resolve()
        })
        server.closeIdleConnections()
      }),
  }
}
