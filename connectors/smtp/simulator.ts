import type { Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import { createAuthority, Faults, type Authority, type Fault, type Issued, type Simulator } from '#core/testing'

export interface SmtpSimulatorOptions {
  readonly port?: number
  readonly security?: 'starttls' | 'tls' | 'none'
  readonly authority?: Authority
  readonly certificate?: Issued
  /** Delivery status notifications are offered unless told. */
  readonly dsn?: boolean
  /** Largest message, in bytes. */
  readonly size?: number
  /** Told of each message taken in charge. */
  readonly onMail?: (message: SimMessage) => void
}

export interface SimMessage {
  readonly from: string
  readonly to: readonly string[]
  /** Parameters of MAIL and RCPT (RFC 3461). */
  readonly envid: string | undefined
  readonly notify: readonly string[]
  readonly raw: string
}

export interface SmtpSimulator extends Simulator {
  /** What the server took in charge, in order. */
  readonly messages: readonly SimMessage[]
}

const ACCOUNT = { user: 'passeur', password: 'mot-de-passe-de-demonstration' }

const answer = (code: number, text: string) => Object.assign(new Error(text), { responseCode: code })

/** What the real ones say to whom they do not want, by the beginning of the address: for an integrator's first tries. */
const REFUSALS: readonly (readonly [RegExp, number, string])[] = [
  [/^inconnu/u, 550, '5.1.1 <%> : destinataire inconnu'],
  [/^pleine/u, 452, '4.2.2 Boîte pleine'],
  [/^interdit/u, 554, '5.7.1 Adresse refusée par la politique locale'],
]

/**
 * A mail relay with one account, which keeps what it is given and delivers nothing. Addresses that begin with `inconnu`, `pleine`,
 * `interdit` or `liste-grise` are treated as their name says. Faults are planned on `CONNECT`, `AUTH`, `MAIL <a@b>`, `RCPT <a@b>`, `DATA`.
 */
export const createSimulator = async ({
  port = 0,
  security = 'starttls',
  authority = createAuthority(),
  certificate = authority.issueServer(),
  dsn = true,
  size = 10 * 1024 * 1024,
  onMail,
}: SmtpSimulatorOptions = {}): Promise<SmtpSimulator> => {
  const faults = new Faults()
  const messages: SimMessage[] = []
  const greylisted = new Set<string>()
  const sockets = new Map<number, Socket>()
  const cut = ({ remotePort }: SMTPServerSession) => sockets.get(remotePort)?.destroy()

  /** Lets the planned fault happen; says what is left to do after the request was carried out. */
  const suffer = async (line: string, session: SMTPServerSession): Promise<Fault | undefined> => {
    const fault = faults.next(line)
    if (fault?.kind === 'latency') await pause(fault.ms)
    if (fault?.kind === 'status') throw answer(fault.status, fault.body ?? 'Panne demandée au simulateur')
    if (fault?.kind === 'garbage') sockets.get(session.remotePort)?.write('<html><body>Maintenance</body></html>\r\n')
    if (fault?.kind === 'garbage' || fault?.kind === 'cutBefore') {
      cut(session)
      throw answer(421, 'Coupure')
    }
    return fault
  }
  const handle =
    <A extends readonly unknown[]>(work: (session: SMTPServerSession, ...rest: A) => Promise<void>) =>
    (session: SMTPServerSession, done: (error?: Error | null) => void, ...rest: A) => {
      work(session, ...rest).then(
        () => done(),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      )
    }

  const connected = handle(async session => void (await suffer('CONNECT', session)))
  const mailFrom = handle(async (session, address: string) => void (await suffer(`MAIL <${address}>`, session)))
  const rcptTo = handle(async (session, address: string) => {
    await suffer(`RCPT <${address}>`, session)
    const refusal = REFUSALS.find(([who]) => who.test(address))
    if (refusal) throw answer(refusal[1], refusal[2].replace('%', address))
    if (!address.startsWith('liste-grise') || greylisted.has(address)) return
    greylisted.add(address)
    throw answer(451, '4.7.1 Liste grise, revenez plus tard')
  })

  const server = new SMTPServer({
    key: certificate.key,
    cert: certificate.certificate,
    secure: security === 'tls',
    disabledCommands: security === 'none' ? ['STARTTLS', 'AUTH'] : [],
    authOptional: security === 'none',
    authMethods: ['PLAIN', 'LOGIN'],
    hideDSN: !dsn,
    size,
    banner: 'Simulateur de Passeur',
    disableReverseLookup: true,
    closeTimeout: 200,
    onConnect: (session, done) => connected(session, done),
    onAuth({ username, password }, session, done) {
      suffer('AUTH', session).then(
        () =>
          username === ACCOUNT.user && password === ACCOUNT.password
            ? done(null, { user: username })
            : done(answer(535, '5.7.8 Identifiant ou mot de passe incorrect')),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      )
    },
    onMailFrom: ({ address }, session, done) => mailFrom(session, done, address),
    onRcptTo: ({ address }, session, done) => rcptTo(session, done, address),
    onData(stream, session, done) {
      const receive = async (): Promise<string> => {
        const raw = (await buffer(stream)).toString('utf8')
        if (stream.sizeExceeded) throw answer(552, '5.3.4 Message trop gros')
        const fault = await suffer('DATA', session)
        const { mailFrom: from, rcptTo: to, dsn: asked } = session.envelope
        const message: SimMessage = {
          from: from ? from.address : '',
          to: to.map(({ address }) => address),
          envid: asked?.envid ?? undefined,
          notify: to.flatMap(recipient => recipient.dsn?.notify ?? []),
          raw,
        }
        messages.push(message)
        onMail?.(message)
        if (fault?.kind === 'cutAfter') cut(session)
        return `2.0.0 Mis en file sous ${messages.length}`
      }
      receive().then(
        said => done(null, said),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      )
    },
  })
  // A client that goes away in the middle of a handshake is the client's business.
  server.on('error', () => undefined)
  server.server.on('connection', (socket: Socket) => {
    const from = socket.remotePort ?? 0
    sockets.set(from, socket)
    socket.once('close', () => sockets.delete(from))
  })
  const listening = server.listen(port, '127.0.0.1')
  await new Promise<void>((resolve, reject) => {
    listening.once('listening', resolve)
    listening.once('error', reject)
  })
  const address = listening.address()
  const heard = typeof address === 'object' && address ? address.port : port
  return {
    url: `smtp://127.0.0.1:${heard}`,
    config: {
      serveur: '127.0.0.1',
      port: heard,
      securite: security === 'none' ? 'aucun' : security,
      ...(security === 'none'
        ? {}
        : {
            identifiant: ACCOUNT.user,
            motDePasse: ACCOUNT.password,
            autorite: Buffer.from(authority.certificate),
          }),
      expediteur: 'ne-pas-repondre@ville.example',
      cheminRetour: 'retours@ville.example',
    },
    faults,
    messages,
    count: () => messages.length,
    close: () =>
      new Promise<void>(resolve => {
        for (const socket of sockets.values()) socket.destroy()
        server.close(() => resolve())
      }),
  }
}
