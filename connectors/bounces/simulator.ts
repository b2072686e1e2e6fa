import { connect, type Socket } from 'node:net'
import { createServer } from 'node:tls'
import { ImapFlow } from 'imapflow'
import { createAuthority, Faults, type Authority, type Issued, type Simulator } from '#core/testing'
import { hasDovecot, startDovecot, type Dovecot } from './dovecot.ts'

export interface ImapSimulatorOptions {
  readonly port?: number
  readonly authority?: Authority
  readonly certificate?: Issued
  /** A server already started, left running at the end; `name` is then the account, with a mailbox of its own. */
  readonly dovecot?: Dovecot
  readonly name?: string
  /** An old server, without the extensions MOVE and UIDPLUS. */
  readonly withoutMove?: boolean
}

export interface ImapSimulator extends Simulator {
  /** Puts a message in the mailbox, as the server would have received it. */
  receive(raw: string): Promise<void>
  /** Subjects of a folder, with `*` before those that are read. */
  subjects(folder?: string): Promise<readonly string[]>
  /** Gives the mailbox other numbers, as a restored server does, keeping its messages. */
  renumber(): Promise<void>
}

const PASSWORD = 'mot-de-passe-de-demonstration'

/** `a3 UID MOVE 4 x` → its tag and `UID MOVE`. */
const commandIn = (chunk: Buffer): { readonly tag: string; readonly name: string } | undefined => {
  const match = /^(\S+) ((?:UID )?[A-Z]+)\b/u.exec(chunk.subarray(0, 200).toString('latin1'))
  return match ? { tag: match[1] ?? '', name: match[2] ?? '' } : undefined
}

/**
 * Passes what a client says on to the real server, except for the planned faults; the name of the command is what they match.
 * @param hidden what the server offers and the client must not see
 */
const relay = (client: Socket, server: Socket, faults: Faults, hidden: RegExp | undefined): void => {
  let cutAt: string | undefined
  const cut = () => {
    client.destroy()
    server.destroy()
  }
  for (const socket of [client, server]) {
    socket.on('error', cut)
    socket.on('close', cut)
  }
  server.on('data', chunk => {
    if (cutAt !== undefined && chunk.toString('latin1').includes(`${cutAt} `)) return cut()
    client.write(hidden ? Buffer.from(chunk.toString('latin1').replace(hidden, ''), 'latin1') : chunk)
  })
  client.on('data', chunk => {
    const command = commandIn(chunk)
    const fault = command && faults.next(command.name)
    if (fault?.kind === 'cutBefore') return cut()
    if (fault?.kind === 'garbage') return void client.end('<html><body>Maintenance</body></html>\r\n')
    if (fault?.kind === 'status' && command)
      return void client.write(`${command.tag} NO [UNAVAILABLE] ${fault.body ?? 'Panne demandée au simulateur'}\r\n`)
    if (fault?.kind === 'cutAfter' && command) cutAt = command.tag
    if (fault?.kind === 'latency') return void setTimeout(() => server.write(chunk), fault.ms)
    server.write(chunk)
  })
}

/**
 * A mailbox on a real Dovecot, behind a TLS door of ours that knows how to fail.
 * @throws Error when `dovecot-imapd` is not installed
 */
export const createSimulator = async ({
  port = 0,
  authority = createAuthority(),
  certificate = authority.issueServer(),
  dovecot: shared,
  name = 'retours',
  withoutMove = false,
}: ImapSimulatorOptions = {}): Promise<ImapSimulator> => {
  if (!hasDovecot()) throw new Error('Ce simulateur a besoin du serveur IMAP Dovecot : apt-get install dovecot-imapd.')
  const dovecot = shared ?? (await startDovecot(PASSWORD))
  const user = `${name}@ville.example`
  const faults = new Faults()
  const sockets = new Set<Socket>()
  const door = createServer({ key: certificate.key, cert: certificate.certificate }, client => {
    const server = connect(dovecot.port, '127.0.0.1')
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    }
    relay(client, server, faults, withoutMove ? / (?:MOVE|UIDPLUS)\b/gu : undefined)
  })
  // A client that refuses our certificate says so by leaving.
  door.on('tlsClientError', (_error, socket) => socket.destroy())
  await new Promise<void>(resolve => door.listen(port, '127.0.0.1', resolve))
  const address = door.address()
  const heard = typeof address === 'object' && address ? address.port : port

  const within = async <T>(work: (client: ImapFlow) => Promise<T>): Promise<T> => {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: dovecot.port,
      secure: false,
      doSTARTTLS: false,
      auth: { user, pass: dovecot.password },
      logger: false,
    })
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.logout()
    }
  }
  let received = 0

  return {
    url: `imaps://127.0.0.1:${heard}`,
    config: {
      cheminRetour: user,
      serveur: '127.0.0.1',
      port: heard,
      motDePasse: dovecot.password,
      autorite: Buffer.from(authority.certificate),
    },
    faults,
    receive: raw =>
      within(async client => {
        await client.append('INBOX', raw.replace(/\r?\n/gu, '\r\n'))
        received += 1
      }),
    subjects: (folder = 'INBOX') =>
      within(async client => {
        if (!(await client.list()).some(({ path }) => path === folder)) return []
        const { exists } = await client.mailboxOpen(folder, { readOnly: true })
        const messages = exists === 0 ? [] : await client.fetchAll('1:*', { envelope: true, flags: true })
        return messages.map(({ envelope, flags }) => `${flags?.has('\\Seen') ? '*' : ''}${envelope?.subject ?? ''}`)
      }),
    renumber: () => dovecot.renumber(name),
    count: () => received,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>(resolve => door.close(() => resolve()))
      if (!shared) await dovecot.close()
    },
  }
}
