import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

export interface ReceivedMail {
  readonly to: readonly string[]
  readonly raw: string
}

export interface Relay extends AsyncDisposable {
  readonly port: number
  readonly mails: readonly ReceivedMail[]
  /** The next messages are answered so. `cutAfter`: taken, then the connection is lost. */
  fail(next: 'later' | 'cutAfter' | undefined): void
}

const answer = (code: number, text: string) => Object.assign(new Error(text), { responseCode: code })

interface RelayOptions {
  readonly port?: number
  /** A certificate to offer: by STARTTLS, or from the first byte. Without one, everything is in clear. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly from: 'starttls' | 'start' }
}

/** A mail relay on a real socket: keeps what it takes, refuses addresses that begin with `inconnu`. */
export const startRelay = async ({ port = 0, tls }: RelayOptions = {}): Promise<Relay> => {
  const mails: ReceivedMail[] = []
  let failing: 'later' | 'cutAfter' | undefined
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: tls ? ['AUTH'] : ['AUTH', 'STARTTLS'],
    ...(tls ? { cert: tls.certificate, key: tls.key, secure: tls.from === 'start' } : {}),
    disableReverseLookup: true,
    closeTimeout: 100,
    onRcptTo({ address }, _session, done) {
      done(address.startsWith('inconnu') ? answer(550, '5.1.1 destinataire inconnu') : null)
    },
    onData(stream, session, done) {
      buffer(stream).then(
        raw => {
          if (failing === 'later') return done(answer(451, '4.7.1 revenez plus tard'))
          mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw: raw.toString('utf8') })
          return done(failing === 'cutAfter' ? answer(421, 'coupure') : null)
        },
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      )
    },
  })
  server.on('error', () => undefined)
  const listening = server.listen(port, '127.0.0.1')
  await new Promise<void>(resolve => listening.once('listening', () => resolve()))
  const address = listening.address()
  return {
    port: typeof address === 'object' && address ? address.port : port,
    mails,
    fail: next => void (failing = next),
    [Symbol.asyncDispose]: () => new Promise(resolve => server.close(() => resolve())),
  }
}

/** The text of a message, its transfer encoding undone. */
export const textOf = ({ raw }: ReceivedMail): string => {
  const [, part = ''] = /Content-Type: text\/plain[\s\S]*?\r?\n\r?\n([\s\S]*?)\r?\n----/u.exec(raw) ?? []
  const head = raw.slice(raw.indexOf('Content-Type: text/plain')).split(/\r?\n\r?\n/u)[0] ?? ''
  if (/base64/iu.test(head)) return Buffer.from(part, 'base64').toString('utf8')
  const bytes = part
    .replaceAll(/=\r?\n/gu, '')
    .replaceAll(/=([0-9A-F]{2})/gu, (_all, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

export const headerOf = ({ raw }: ReceivedMail, name: string): string | undefined =>
  new RegExp(`^${name}: (.*(?:\r?\n[ \t].*)*)`, 'imu').exec(raw)?.[1]?.replaceAll(/\r?\n\s+/gu, ' ')
