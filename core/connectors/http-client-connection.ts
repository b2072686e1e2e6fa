import { TLSSocket } from 'node:tls'
import { buildConnector } from 'undici'
import { assertAllowedHost, guardedLookup } from './address-guard.ts'
import { ConnectFailure } from './http-client-failure.ts'
import { secureContext } from './http-client-tls.ts'
import type { HttpOptions } from './http.ts'

/** Longest wait for a server that sends no session ticket to refuse our certificate. */
const REFUSAL_TIMEOUT = 250

const lost = (): Error => Object.assign(new Error('closed during the handshake'), { code: 'ECONNRESET' })

/**
 * In TLS 1.3 our side of the handshake ends before the server has looked at our certificate. What is written meanwhile can
 * make the refusal unreadable (a reset instead of an alert) and leaves doubt on what was received, so nothing is written
 * until the server shows that it goes on (its session ticket), refuses, or stays silent for a moment.
 */
const whenAccepted = (socket: TLSSocket, done: (error: Error | null) => void): void => {
  const finish = (error: Error | null) => {
    clearTimeout(timer)
    socket.off('session', accepted)
    socket.off('error', finish)
    socket.off('close', closed)
    // Not within the event: OpenSSL is still reading when it tells of a session.
    setImmediate(() => done(error ?? (socket.destroyed ? lost() : null)))
  }
  const accepted = () => finish(null)
  const closed = () => finish(lost())
  const timer = setTimeout(accepted, REFUSAL_TIMEOUT)
  socket.once('session', accepted)
  socket.once('error', finish)
  socket.once('close', closed)
}

/** Opens sockets to allowed addresses only, and marks the failures that came before anything was sent. */
export const guardedConnector = (
  allowedRanges: readonly string[],
  tls: HttpOptions['tls'],
  timeout: number,
): buildConnector.connector => {
  const connect = buildConnector({
    timeout,
    lookup: guardedLookup(allowedRanges),
    // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED has no effect here.
    rejectUnauthorized: true,
    ...(tls ? { secureContext: secureContext(tls) } : { minVersion: 'TLSv1.2' }),
  })
  return (options, callback) => {
    const failed = (cause: unknown) => callback(new ConnectFailure('connexion impossible', { cause }), null)
    try {
      assertAllowedHost(options.hostname, allowedRanges)
    } catch (error) {
      return failed(error)
    }
    connect(options, (...[error, socket]) => {
      if (error) return failed(error)
      if (!tls || !(socket instanceof TLSSocket) || socket.getProtocol() !== 'TLSv1.3') return callback(null, socket)
      whenAccepted(socket, refused => (refused ? failed(refused) : callback(null, socket)))
    })
  }
}
