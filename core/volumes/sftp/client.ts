import SftpClient from 'ssh2-sftp-client'
import type { FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2'
import { connect as connectSocket, type Socket } from 'node:net'
import { posix } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Network } from '../../authoring/connectors.ts'
import type { Log } from '../../authoring/context.ts'
import { ConfigurationError, PermanentError, TemporaryError } from '../../authoring/errors.ts'
import { sayingErrors, watched } from '../content.ts'
import { goneSince, type Volume } from '../volume.ts'
import { connectionFailure, hasStatus, operationFailure, STATUS } from './failures.ts'
import { fingerprintOf, matches } from './fingerprint.ts'
import type { SftpSettings } from './settings.ts'

const CONNECT_TIMEOUT = 20_000
/** A peer that says nothing for 45 s while a file is written is dead. */
const KEEPALIVE = { keepaliveInterval: 15_000, keepaliveCountMax: 3 }
const CLOSE_TIMEOUT = 3_000

type Callback<T> = (error: Error | null | undefined, result: T) => void

interface Session {
  /** Calls an operation; fails at once when the connection is lost, which the library would sometimes leave unanswered. */
  call<T>(operation: (sftp: SFTPWrapper, done: Callback<T>) => void): Promise<T>
  /** An error of `content` is thrown as it is. `doing` completes « Impossible de … ». */
  write(path: string, content: Readable, doing: string): Promise<void>
  read(path: string, doing: string): Readable
  readonly fingerprint: string
  close(): Promise<void>
}

const fingerprintRefusal = (server: string, expected: string | undefined, found: string): ConfigurationError =>
  new ConfigurationError(
    expected
      ? `Le serveur SFTP ${server} présente l'empreinte ${found}, qui n'est pas celle des réglages : ce n'est peut-être pas le bon serveur. Vérifiez auprès de son exploitant avant de la remplacer.`
      : `L'empreinte du serveur SFTP ${server} n'est pas renseignée. Il présente ${found} : vérifiez-la auprès de son exploitant, puis recopiez-la dans les réglages.`,
  )

const connect = async (settings: SftpSettings, network: Network, log: Log): Promise<Session> => {
  const { hote, port, identifiant, motDePasse, clePrivee, phraseSecrete, empreinte } = settings
  const server = `${hote}:${port}`
  let lost: Error | undefined
  let firstError: unknown
  const waiting = new Set<(error: Error) => void>()
  const lose = () => {
    lost ??= new TemporaryError(`La connexion au serveur SFTP ${server} a été coupée. Nouvel essai plus tard.`, {
      maybeSent: true,
      cause: firstError,
    })
    for (const reject of waiting) reject(lost)
  }
  const client = new SftpClient('passeur', {
    error: error => log.debug({ server, error }, 'SFTP connection error'),
    end: lose,
    close: lose,
  })
  // The library rewrites errors and loses the level that tells a refused password from a network failure.
  client.on('error', (error: unknown) => (firstError ??= error))
  client.on('close', lose)
  client.on(
    'keyboard-interactive',
    (
      _name: string,
      _instructions: string,
      _language: string,
      prompts: readonly unknown[],
      answer: (texts: string[]) => void,
    ) => answer(prompts.map(() => motDePasse ?? '')),
  )
  let fingerprint = ''
  let refused = false
  const end = () => Promise.race([client.end(), new Promise(resolve => setTimeout(resolve, CLOSE_TIMEOUT).unref())])
  let sftp: SFTPWrapper
  let socket: Socket | undefined
  try {
    // Without `noDelay` each packet waits for the acknowledgement of the one before: 1.7 MB/s instead of 106, and a
    // handshake of 0.25 s instead of 0.03.
    socket = connectSocket({ host: await network.resolve(hote), port, noDelay: true })
    // The library listens once it has read the key: a key that it cannot read would leave the failure of the socket to nobody,
    // which ends the process.
    socket.on('error', error => log.debug({ server, error }, 'SFTP socket error'))
    sftp = await client.connect({
      sock: socket,
      username: identifiant,
      ...(motDePasse === undefined ? {} : { password: motDePasse, tryKeyboard: true }),
      ...(clePrivee === undefined ? {} : { privateKey: Buffer.from(clePrivee) }),
      ...(phraseSecrete === undefined ? {} : { passphrase: phraseSecrete }),
      hostVerifier: (key: Buffer) => {
        fingerprint = fingerprintOf(key)
        refused = !empreinte || !matches(empreinte, key)
        return !refused
      },
      readyTimeout: CONNECT_TIMEOUT,
      ...KEEPALIVE,
    })
  } catch (error) {
    await end()
    socket?.destroy()
    if (refused) throw fingerprintRefusal(server, empreinte, fingerprint)
    throw connectionFailure(firstError ?? error, server, identifiant)
  }

  const call = <T>(operation: (sftp: SFTPWrapper, done: Callback<T>) => void): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (lost) return reject(lost)
      waiting.add(reject)
      operation(sftp, (error, result) => {
        waiting.delete(reject)
        if (error) reject(lost ?? error)
        else resolve(result)
      })
    })

  return {
    call,
    fingerprint,
    async write(path, content, doing) {
      if (lost) throw lost
      const target = sftp.createWriteStream(path, { flags: 'w' })
      const source = watched(content)
      const give = () => void target.destroy()
      waiting.add(give)
      try {
        await pipeline(source.stream, target)
      } catch (error) {
        throw lost ?? source.failure() ?? operationFailure(error, doing)
      } finally {
        waiting.delete(give)
      }
    },
    read(path, doing) {
      const source = sftp.createReadStream(path)
      const give = (error: Error) => void source.destroy(error)
      waiting.add(give)
      source.once('close', () => waiting.delete(give))
      if (lost) give(lost)
      return sayingErrors(source, error => lost ?? operationFailure(error, doing))
    },
    async close() {
      await end()
    },
  }
}

/** A folder of an SFTP server as a Volume. */
export const openSftp = async (settings: SftpSettings, folder: string, network: Network, log: Log): Promise<Volume> => {
  const session = await connect(settings, network, log)
  const { hote, port, identifiant } = settings
  const at = (path: string): string => posix.join(folder, path)
  const location = (path: string): string =>
    `sftp://${hote}${port === 22 ? '' : `:${port}`}/${at(path).replace(/^\.?\/?/u, '')}`

  const attempt = async <T>(doing: string, operation: Promise<T>): Promise<T> => {
    try {
      return await operation
    } catch (error) {
      throw operationFailure(error, doing)
    }
  }
  const statOf = async (path: string): Promise<Stats | undefined> => {
    try {
      return await session.call<Stats>((sftp, done) => sftp.lstat(at(path), done))
    } catch (error) {
      // « No such file » and nothing else: a server that merely fails must never read as a file that is gone.
      if (hasStatus(error, STATUS.noSuchFile)) return undefined
      throw operationFailure(error, `lire « ${location(path)} »`)
    }
  }
  const entriesOf = async (path: string): Promise<readonly FileEntryWithStats[]> => {
    const entries = await attempt(
      `lister « ${location(path)} »`,
      session.call<readonly FileEntryWithStats[]>((sftp, done) => sftp.readdir(at(path), done)),
    )
    return entries.filter(({ filename }) => filename !== '.' && filename !== '..')
  }

  const volume: Volume = {
    location,
    async stat(path) {
      const found = await statOf(path)
      return found && { kind: found.isDirectory() ? 'folder' : 'file', size: found.size }
    },
    async list(path) {
      const entries = await entriesOf(path)
      return entries
        .filter(({ attrs }) => attrs.isFile() || attrs.isDirectory())
        .map(({ filename, attrs }) => ({
          name: filename,
          kind: attrs.isDirectory() ? ('folder' as const) : ('file' as const),
          size: attrs.isDirectory() ? 0 : attrs.size,
          modifiedAt: attrs.mtime ? new Date(attrs.mtime * 1000) : undefined,
        }))
    },
    async read(path) {
      if (!(await statOf(path))) throw new TemporaryError(goneSince(location(path)))
      return session.read(at(path), `lire « ${location(path)} »`)
    },
    async makeFolder(path) {
      if ((await statOf(path))?.isDirectory()) return
      await attempt(
        `créer « ${location(path)} »`,
        session.call<void>((sftp, done) => sftp.mkdir(at(path), error => done(error))),
      )
    },
    write: (path, content) => session.write(at(path), content, `écrire « ${location(path)} »`),
    async rename(from, to) {
      // Version 3 of the protocol forbids to replace, and yet some servers do: look first, and look again at a refusal without a reason.
      if (await statOf(to)) return 'exists'
      try {
        await session.call<void>((sftp, done) => sftp.rename(at(from), at(to), error => done(error)))
        return 'renamed'
      } catch (error) {
        if (hasStatus(error, STATUS.failure, STATUS.exists) && (await statOf(to)) && (await statOf(from)))
          return 'exists'
        throw operationFailure(error, `donner son nom à « ${location(to)} »`)
      }
    },
    replace: (from, to) =>
      attempt(
        `remplacer « ${location(to)} »`,
        session.call<void>((sftp, done) => {
          try {
            sftp.ext_openssh_rename(at(from), at(to), error => done(error))
          } catch (error) {
            // The library looks into what the server announced, and throws: the protocol itself forbids to replace.
            done(
              new PermanentError(
                `Le serveur SFTP ${hote} ne sait pas remplacer un fichier d'un seul geste (extension « posix-rename@openssh.com ») : déposez sous un nom nouveau, ou sur un autre serveur.`,
                { cause: error },
              ),
            )
          }
        }),
      ),
    async remove(path) {
      const found = await statOf(path)
      if (!found) return
      const doing = `retirer « ${location(path)} »`
      if (!found.isDirectory())
        return attempt(
          doing,
          session.call<void>((sftp, done) => sftp.unlink(at(path), error => done(error))),
        )
      for (const { filename } of await entriesOf(path)) await volume.remove(posix.join(path, filename))
      await attempt(
        doing,
        session.call<void>((sftp, done) => sftp.rmdir(at(path), error => done(error))),
      )
    },
    async check() {
      // Followed, unlike elsewhere: the folder of the settings may well be a link.
      const found = await attempt(
        `ouvrir « ${location('')} »`,
        session.call<Stats>((sftp, done) => sftp.stat(at(''), done)),
      )
      if (!found.isDirectory())
        throw new ConfigurationError(
          `« ${location('')} » n'est pas un répertoire : corrigez le réglage « Répertoire ».`,
        )
      return `Connecté à ${hote} comme « ${identifiant} » (${session.fingerprint}) ; le répertoire « ${location('')} » est accessible.`
    },
    close: () => session.close(),
  }
  return volume
}
