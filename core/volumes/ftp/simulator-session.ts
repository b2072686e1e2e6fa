import { once } from 'node:events'
import { createReadStream, createWriteStream, type Stats } from 'node:fs'
import { lstat, mkdir, readdir, rename, rmdir, unlink } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { join, posix } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { TLSSocket, type SecureContext } from 'node:tls'
import type { Fault } from '../../testing/simulator.ts'

export interface FtpSessionOptions {
  /** Folder shown as `/`. */
  readonly root: string
  readonly login: string
  readonly password: string
  /** Missing: this server knows no TLS. */
  readonly context: SecureContext | undefined
  readonly encryption: 'aucun' | 'explicite' | 'implicite'
  /** RFC 3659 (MLST, MLSD) and EPSV, as recent servers; without, SIZE, LIST and PASV only. */
  readonly modern: boolean
  /** The fault meant for this operation, such as `STOR /a.pdf`, or `DATA /a.pdf` in the middle of its transfer. */
  readonly faultFor: (operation: string) => Fault | undefined
}

/** Commands that touch something: those that faults are planned on. */
const OPERATIONS = new Set([
  'SIZE',
  'MLST',
  'MLSD',
  'LIST',
  'CWD',
  'STOR',
  'RETR',
  'RNTO',
  'DELE',
  'MKD',
  'RMD',
  'PASS',
])

const two = (n: number): string => String(n).padStart(2, '0')

const stamp = (date: Date): string => date.toISOString().replace(/[-:T]|\..*$/gu, '')

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const facts = (stats: Stats): string =>
  `type=${stats.isDirectory() ? 'dir' : 'file'};${stats.isDirectory() ? '' : `size=${stats.size};`}modify=${stamp(stats.mtime)};`

const line = (name: string, stats: Stats): string => {
  const date = `${MONTHS[stats.mtime.getUTCMonth()] ?? ''} ${two(stats.mtime.getUTCDate())} ${two(stats.mtime.getUTCHours())}:${two(stats.mtime.getUTCMinutes())}`
  return `${stats.isDirectory() ? 'd' : '-'}rw-r--r--    1 ftp      ftp      ${stats.size} ${date} ${name}`
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** Serves one control connection over a real folder, with the manners of common servers. */
export const serveFtp = (accepted: Socket, options: FtpSessionOptions): void => {
  const { root, login, password, context, encryption, modern, faultFor } = options
  let control: Socket = accepted
  let user = ''
  let signedIn = false
  let privateData = encryption === 'implicite'
  let folder = '/'
  let from: string | undefined
  let passive: Server | undefined
  let incoming: Promise<Socket> | undefined

  const say = (text: string) => void (control.writable && control.write(`${text}\r\n`))
  const cut = () => {
    passive?.close()
    control.destroy()
  }
  // Absolute then joined: `..` can only climb to the root of the simulator.
  const absolute = (path: string): string => posix.resolve(folder, path)
  const real = (path: string): string => join(root, absolute(path))
  const statOf = (path: string): Promise<Stats | undefined> =>
    lstat(real(path)).catch((error: unknown) => {
      if (isMissing(error)) return undefined
      throw error
    })

  const openPassive = async (): Promise<number> => {
    passive?.close()
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    passive = server
    incoming = once(server, 'connection').then(([socket]) => {
      server.close()
      return socket as Socket
    })
    return (server.address() as AddressInfo).port
  }
  const data = async (): Promise<Socket> => {
    if (!incoming) throw new Error('no data connection')
    const socket = await incoming
    incoming = undefined
    // The other side gives up a transfer: said by the pipeline.
    socket.on('error', () => undefined)
    return privateData && context ? new TLSSocket(socket, { isServer: true, secureContext: context }) : socket
  }
  const transfer = async (path: string, run: (socket: Socket) => Promise<unknown>, fault: Fault | undefined) => {
    say('150 Ok to send data.')
    const socket = await data()
    if (faultFor(`DATA ${path}`)) {
      socket.once('data', () => (socket.destroy(), cut()))
      socket.destroy()
      return cut()
    }
    await run(socket)
    if (fault?.kind === 'cutAfter') return cut()
    say('226 Transfer complete.')
  }
  const listing = async (path: string, write: (name: string, stats: Stats) => string): Promise<string> => {
    const lines: string[] = []
    for (const name of await readdir(real(path))) {
      const stats = await statOf(posix.join(absolute(path), name))
      if (stats) lines.push(`${write(name, stats)}\r\n`)
    }
    return lines.join('')
  }

  const carryOut = async (verb: string, argument: string, fault: Fault | undefined): Promise<void> => {
    const path = absolute(argument)
    const done = (text: string) => (fault?.kind === 'cutAfter' ? cut() : say(text))
    const missing = () => say('550 No such file or directory.')
    const stats = ['SIZE', 'MLST', 'CWD', 'MLSD', 'RETR', 'DELE', 'RMD'].includes(verb) ? await statOf(path) : undefined
    switch (verb) {
      case 'SIZE':
        return stats?.isFile() ? done(`213 ${stats.size}`) : say('550 Could not get file size.')
      case 'MLST':
        return stats ? done(`250-Begin\r\n ${facts(stats)} ${path}\r\n250 End`) : missing()
      case 'CWD':
        if (!stats?.isDirectory()) return say('550 Failed to change directory.')
        folder = path
        return done('250 Directory successfully changed.')
      case 'MLSD':
        return transfer(
          path,
          async s =>
            pipeline(Readable.from([Buffer.from(await listing(folder, (name, each) => `${facts(each)} ${name}`))]), s),
          fault,
        )
      case 'LIST':
        return transfer(
          folder,
          async s => pipeline(Readable.from([Buffer.from(await listing(folder, line))]), s),
          fault,
        )
      case 'RETR':
        if (!stats?.isFile()) return say('550 Failed to open file.')
        return transfer(path, s => pipeline(createReadStream(real(path)), s), fault)
      case 'STOR': {
        if (!(await statOf(posix.dirname(path)))?.isDirectory()) return say('553 Could not create file.')
        return transfer(path, s => pipeline(s, createWriteStream(real(path))), fault)
      }
      case 'MKD':
        if (await statOf(path)) return say('550 Create directory operation failed.')
        await mkdir(real(path))
        return done(`257 "${path}" created`)
      case 'DELE':
        if (!stats?.isFile()) return missing()
        await unlink(real(path))
        return done('250 Delete operation successful.')
      case 'RMD':
        if (!stats?.isDirectory()) return missing()
        await rmdir(real(path))
        return done('250 Remove directory operation successful.')
      case 'RNTO':
        if (from === undefined) return say('503 RNFR required first.')
        await rename(real(from), real(path))
        from = undefined
        return done('250 Rename successful.')
      case 'PASS':
        signedIn = user === login && argument === password
        return signedIn ? done('230 Login successful.') : say('530 Login incorrect.')
    }
  }

  const answer = async (verb: string, argument: string): Promise<void> => {
    switch (verb) {
      case 'AUTH':
        if (!context || encryption !== 'explicite') return say('500 Unknown command.')
        return control.write('234 Proceed with negotiation.\r\n', () => {
          control.removeAllListeners('data')
          const secure = new TLSSocket(control, { isServer: true, secureContext: context })
          secure.on('error', cut)
          control = secure
          listen(secure)
        }) as unknown as undefined
      case 'PBSZ':
        return say('200 PBSZ set to 0.')
      case 'PROT':
        privateData = argument.toUpperCase() === 'P'
        return say('200 Protection level set.')
      case 'FEAT':
        return say(
          `211-Features:\r\n SIZE\r\n UTF8\r\n${modern ? ' EPSV\r\n MLST type*;size*;modify*;\r\n' : ''}211 End`,
        )
      case 'OPTS':
      case 'TYPE':
      case 'STRU':
      case 'NOOP':
        return say('200 OK.')
      case 'QUIT':
        say('221 Goodbye.')
        control.end()
        return
      case 'USER':
        if (encryption === 'explicite' && !(control instanceof TLSSocket))
          return say('530 Non-anonymous sessions must use encryption.')
        user = argument
        return say('331 Please specify the password.')
    }
    if (!signedIn && verb !== 'PASS') return say('530 Please login with USER and PASS.')
    if (verb === 'PWD') return say(`257 "${folder}" is the current directory`)
    if (verb === 'EPSV' && modern) return say(`229 Entering Extended Passive Mode (|||${await openPassive()}|)`)
    if (verb === 'PASV') {
      const port = await openPassive()
      // The inner address of a server behind a translation of addresses: nobody should connect there.
      return say(`227 Entering Passive Mode (10,9,8,7,${port >> 8},${port & 255}).`)
    }
    if (verb === 'RNFR') {
      if (!(await statOf(argument))) return say('550 RNFR command failed.')
      from = absolute(argument)
      return say('350 Ready for RNTO.')
    }
    if (!OPERATIONS.has(verb) || (!modern && verb.startsWith('MLS'))) return say('500 Unknown command.')
    const subject =
      verb === 'RNTO' ? `${from ?? ''} ${absolute(argument)}` : verb === 'PASS' ? user : absolute(argument)
    const fault = faultFor(`${verb} ${subject}`)
    if (fault?.kind === 'latency') await pause(fault.ms)
    if (fault?.kind === 'cutBefore') return cut()
    if (fault?.kind === 'garbage') return say('<html>Not FTP</html>')
    if (fault?.kind === 'status') return say(`${fault.status} ${fault.body ?? 'Simulated refusal.'}`)
    await carryOut(verb, argument, fault)
  }

  const listen = (socket: Socket): void => {
    let pending = ''
    let turn: Promise<void> = Promise.resolve()
    socket.on('data', (chunk: Buffer) => {
      pending += chunk.toString()
      const lines = pending.split('\r\n')
      pending = lines.pop() ?? ''
      for (const each of lines) {
        const space = each.indexOf(' ')
        const verb = (space < 0 ? each : each.slice(0, space)).toUpperCase()
        turn = turn
          .then(() => answer(verb, space < 0 ? '' : each.slice(space + 1)))
          .catch((error: unknown) => say(`451 ${error instanceof Error ? error.message : 'error'}`))
      }
    })
    socket.on('close', () => passive?.close())
  }
  listen(control)
  say('220 (Simulateur FTP)')
}
