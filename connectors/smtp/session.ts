import { isIP } from 'node:net'
import { Readable } from 'node:stream'
import { TLSSocket } from 'node:tls'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { ConfigurationError, isForbidden, secureContext, type Network } from '#core'
import { openingFailure, sendingFailure, type SendingFailure } from './failures.ts'
import type { SmtpSettings } from './fields.ts'
import type { Message } from './message.ts'

const CONNECTION_TIMEOUT = 20_000
/** RFC 5321 §4.5.3.2 wants ten minutes after the final dot; two are enough for a relay of ours. */
const SILENCE = 120_000

export interface SmtpSession {
  /** Lines of the answer to EHLO. */
  readonly offers: readonly string[]
  /** Protocol and end of validity of the certificate; `undefined` when nothing is encrypted. */
  readonly tls: { readonly protocol: string; readonly validUntil: Date } | undefined
  send(message: Message, key: string, notify: readonly string[]): Promise<{ readonly is: 'sent' } | SendingFailure>
  close(): void
}

type Done = (error?: Error | null) => void

/** Waits for one exchange, whichever way the library tells of a failure. */
const exchange = (connection: SMTPConnection, start: (done: Done) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle: Done = error => {
      connection.off('error', reject)
      if (error) reject(error)
      else resolve()
    }
    connection.once('error', reject)
    start(settle)
  })

/** In clear to a relay of an inner network that the platform allows, and nowhere else. */
const assertMayBeClear = ({ securite, serveur }: SmtpSettings, address: string): void => {
  if (securite !== 'aucun' || isForbidden(address, [])) return
  throw new ConfigurationError(
    `${serveur} n'est pas sur un réseau interne : un courriel ne peut pas y partir sans chiffrement. Choisissez « STARTTLS exigé » ou « TLS dès la connexion ».`,
  )
}

const tlsOf = (socket: unknown): SmtpSession['tls'] =>
  socket instanceof TLSSocket
    ? { protocol: socket.getProtocol() ?? 'TLS', validUntil: new Date(socket.getPeerCertificate().valid_to) }
    : undefined

/**
 * Opens a session: connection, encryption, account.
 * @throws TemporaryError when the server does not answer, ConfigurationError for the rest
 */
export const openSession = async (settings: SmtpSettings, network: Network): Promise<SmtpSession> => {
  const { serveur, port, securite, identifiant, motDePasse, autorite } = settings
  const fail = (error: unknown) => openingFailure(error, serveur, identifiant)
  const address = await network.resolve(serveur).catch((error: unknown) => {
    throw fail(error)
  })
  assertMayBeClear(settings, address)
  const connection = new SMTPConnection({
    host: address,
    port,
    secure: securite === 'tls',
    requireTLS: securite === 'starttls',
    ignoreTLS: securite === 'aucun',
    connectionTimeout: CONNECTION_TIMEOUT,
    greetingTimeout: CONNECTION_TIMEOUT,
    socketTimeout: SILENCE,
    tls: { secureContext: secureContext({ ca: autorite }), ...(isIP(serveur) ? {} : { servername: serveur }) },
  })
  // A failure that nobody waits for (the server leaves an idle session) is met again by the next exchange.
  connection.on('error', () => undefined)
  let offers: readonly string[]
  try {
    await exchange(connection, done => connection.connect(done))
    offers = (connection.lastServerResponse || '').split(/\r?\n/u).map(line => line.slice(4))
    if (identifiant !== undefined)
      await exchange(connection, done => connection.login({ user: identifiant, pass: motDePasse ?? '' }, done))
  } catch (error) {
    connection.close()
    throw fail(error)
  }

  return {
    offers,
    tls: tlsOf(connection._socket),
    async send({ from, to, raw }, key, notify) {
      let given = false
      const body = Readable.from([raw])
      body.once('end', () => (given = true))
      const envelope = {
        from,
        to,
        size: raw.length,
        dsn: { ret: 'HDRS', envid: key, notify: [...notify], recipient: to },
      }
      try {
        await exchange(connection, done => connection.send(envelope, body, done))
        return { is: 'sent' }
      } catch (error) {
        return sendingFailure(error, { server: serveur, sender: from, given })
      }
    },
    close: () => void connection.quit(),
  }
}
