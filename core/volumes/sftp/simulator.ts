import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2, { type Connection } from 'ssh2'
import { Faults, type Simulator } from '../../testing/simulator.ts'
import { fingerprintOf } from './fingerprint.ts'
import { serveFolder } from './simulator-files.ts'

export interface SftpSimulatorOptions {
  /** A free one unless told. */
  readonly port?: number
  /** Where deposits land; kept at the end when given, else a temporary folder erased by `close`. */
  readonly folder?: string
  readonly login?: string
  readonly password?: string
  /** Public key accepted besides the password, in the OpenSSH format. */
  readonly publicKey?: string
  /** Private host key to keep from one start to the next, OpenSSH format; a new one unless told. */
  readonly hostKey?: string
}

export interface SftpSimulator extends Simulator {
  /** What a consumer of the deposits would see. */
  readonly folder: string
  readonly fingerprint: string
  /** The server is reinstalled: same address, another identity. */
  changeHostKey(): void
}

/** How OpenSSH names the public key of a server. */
export const sshFingerprint = fingerprintOf

/**
 * A key pair that ssh2 can read back. Its generator writes about one ed25519 key in a hundred that its own parser calls
 * malformed: such a pair is thrown away.
 */
export const newSshKeys = (): { readonly private: string; readonly public: string } => {
  for (;;) {
    const keys = ssh2.utils.generateKeyPairSync('ed25519')
    if (!(ssh2.utils.parseKey(keys.private) instanceof Error) && !(ssh2.utils.parseKey(keys.public) instanceof Error))
      return keys
  }
}
const newHostKey = (): string => newSshKeys().private

const publicBlob = (privateKey: string): Buffer => {
  const parsed = ssh2.utils.parseKey(privateKey)
  if (parsed instanceof Error) throw parsed
  return parsed.getPublicSSH()
}

/**
 * A real SFTP server over a real folder. Faults are planned on operations: `CONNECT` (before the first byte), then `OPEN /path`,
 * `WRITE /path offset`, `RENAME /from /to`…; a `status` fault answers with this SFTP status (3: denied, 4: failure, as a full disk does).
 * `count('dépôt')` is what consumers see at the root, `count('inachevé')` the working names of deposits under way.
 */
export const createSftpSimulator = async (options: SftpSimulatorOptions = {}): Promise<SftpSimulator> => {
  const { login = 'passeur', password = 'mot de passe de démonstration', publicKey } = options
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'passeur-sftp-')))
  await mkdir(folder, { recursive: true })
  const faults = new Faults()
  const sockets = new Set<Socket>()
  let hostKey = options.hostKey ?? newHostKey()

  const accept = (socket: Socket): void => {
    const server = new ssh2.Server({ hostKeys: [hostKey] }, connection => {
      serve(connection, { login, password, publicKey }, () => socket.destroy(), faults, folder)
    })
    server.injectSocket(socket)
  }
  const listener = createServer({ noDelay: true }, socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // A client that is cut, or cuts, in the middle: expected here, and told by the client's own error.
    socket.on('error', () => socket.destroy())
    const fault = faults.next('CONNECT')
    if (fault?.kind === 'cutBefore' || fault?.kind === 'cutAfter') socket.destroy()
    else if (fault?.kind === 'garbage') socket.end('HTTP/1.0 400 Bad Request\r\n\r\n<html></html>')
    else if (fault?.kind === 'latency') setTimeout(() => accept(socket), fault.ms)
    else accept(socket)
  })
  listener.listen(options.port ?? 0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo

  return {
    url: `sftp://127.0.0.1:${port}`,
    folder,
    faults,
    get fingerprint() {
      return fingerprintOf(publicBlob(hostKey))
    },
    get config() {
      return {
        hote: '127.0.0.1',
        port,
        identifiant: login,
        motDePasse: password,
        empreinte: fingerprintOf(publicBlob(hostKey)),
        repertoire: '/',
      }
    },
    count: kind => readdirSync(folder).filter(name => name.startsWith('.passeur-') === (kind === 'inachevé')).length,
    changeHostKey: () => {
      hostKey = newHostKey()
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>(resolve => listener.close(() => resolve()))
      if (!options.folder) await rm(folder, { recursive: true, force: true })
    },
  }
}

interface Account {
  readonly login: string
  readonly password: string
  readonly publicKey: string | undefined
}

const serve = (connection: Connection, account: Account, cut: () => void, faults: Faults, folder: string): void => {
  connection.on('authentication', context => {
    const known = context.username === account.login
    if (known && context.method === 'password' && context.password === account.password) return context.accept()
    if (known && context.method === 'publickey' && account.publicKey) {
      const key = ssh2.utils.parseKey(account.publicKey)
      if (key instanceof Error) throw key
      const same = context.key.data.equals(key.getPublicSSH())
      if (
        same &&
        (!context.signature || key.verify(context.blob ?? Buffer.alloc(0), context.signature, context.hashAlgo))
      )
        return context.accept()
    }
    context.reject(['password', 'publickey'])
  })
  connection.on('error', cut)
  connection.on('ready', () => {
    connection.on('session', accept => {
      accept().on('sftp', acceptSftp => {
        serveFolder(acceptSftp(), { root: folder, faultFor: operation => faults.next(operation), cut })
      })
    })
  })
}
