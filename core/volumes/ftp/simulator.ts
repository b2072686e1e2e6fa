import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext, TLSSocket } from 'node:tls'
import { createAuthority, type Authority, type Validity } from '../../testing/pki.ts'
import { Faults, type Simulator } from '../../testing/simulator.ts'
import { serveFtp } from './simulator-session.ts'

export interface FtpSimulatorOptions {
  /** A free one unless told. */
  readonly port?: number
  /** Where deposits land; kept at the end when given, else a temporary folder erased by `close`. */
  readonly folder?: string
  readonly login?: string
  readonly password?: string
  readonly encryption?: 'aucun' | 'explicite' | 'implicite'
  /** Issues the certificate; a new one unless told. */
  readonly authority?: Authority
  readonly validity?: Validity
  /** `false`: an old server, without MLST, MLSD nor EPSV, which announces its inner address. */
  readonly modern?: boolean
}

export interface FtpSimulator extends Simulator {
  /** What a consumer of the deposits would see. */
  readonly folder: string
}

let shared: Authority | undefined

/**
 * A real FTP server (FTPS by default) over a real folder. Faults are planned on operations: `CONNECT` (before the first byte), then `PASS login`,
 * `STOR /path`, `RNTO /from /to`, `MLST /path`…, and `DATA /path` in the middle of a transfer; a `status` fault answers with this reply (550,
 * 452…). `count('dépôt')` is what consumers see at the root, `count('inachevé')` the working names of deposits under way.
 */
export const createFtpSimulator = async (options: FtpSimulatorOptions = {}): Promise<FtpSimulator> => {
  const {
    login = 'passeur',
    password = 'mot de passe de démonstration',
    encryption = 'explicite',
    modern = true,
  } = options
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'passeur-ftp-')))
  await mkdir(folder, { recursive: true })
  const authority = options.authority ?? (shared ??= createAuthority())
  const issued = authority.issueServer(undefined, options.validity)
  const context =
    encryption === 'aucun' ? undefined : createSecureContext({ cert: issued.certificate, key: issued.key })
  const faults = new Faults()
  const sockets = new Set<Socket>()

  const accept = (raw: Socket): void => {
    const socket =
      encryption === 'implicite' && context ? new TLSSocket(raw, { isServer: true, secureContext: context }) : raw
    // A client that is cut, or cuts, in the middle: expected here, and told by the client's own error.
    socket.on('error', () => raw.destroy())
    serveFtp(socket, {
      root: folder,
      login,
      password,
      context,
      encryption,
      modern,
      faultFor: operation => faults.next(operation),
    })
  }
  const listener = createServer({ noDelay: true }, socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    const fault = faults.next('CONNECT')
    if (fault?.kind === 'cutBefore' || fault?.kind === 'cutAfter') socket.destroy()
    else if (fault?.kind === 'garbage') socket.end('HTTP/1.0 400 Bad Request\r\n\r\n<html></html>')
    else if (fault?.kind === 'status') socket.end(`${fault.status} Service not available.\r\n`)
    else if (fault?.kind === 'latency') setTimeout(() => accept(socket), fault.ms)
    else accept(socket)
  })
  listener.listen(options.port ?? 0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo

  return {
    url: `${encryption === 'aucun' ? 'ftp' : 'ftps'}://127.0.0.1:${port}`,
    folder,
    faults,
    config: {
      hote: '127.0.0.1',
      port,
      chiffrement: encryption,
      identifiant: login,
      motDePasse: password,
      ...(context ? { autorite: Buffer.from(authority.certificate) } : {}),
      repertoire: '/',
    },
    count: kind => readdirSync(folder).filter(name => name.startsWith('.passeur-') === (kind === 'inachevé')).length,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>(resolve => listener.close(() => resolve()))
      if (!options.folder) await rm(folder, { recursive: true, force: true })
    },
  }
}
