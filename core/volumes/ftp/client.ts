import type { Client } from 'basic-ftp'
import { once } from 'node:events'
import { posix } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { Network } from '../../authoring/connectors.ts'
import type { Clock } from '../../authoring/context.ts'
import { ConfigurationError, TemporaryError } from '../../authoring/errors.ts'
import { sayingErrors, watched } from '../content.ts'
import { goneSince, type Volume, type VolumeEntry } from '../volume.ts'
import { operationFailure, replyOf } from './failures.ts'
import { entryOf, factsOf } from './listing.ts'
import { openSession, type Session } from './session.ts'
import type { FtpSettings } from './settings.ts'

type Found = { readonly kind: 'file' | 'folder'; readonly size: number } | undefined

/**
 * The same content, given once the data connection is encrypted. The library begins a little early when it resumes a session, and an empty
 * file would then end the connection in the middle of its handshake.
 */
const onceSecure = (content: Readable, { ftp }: Client): Readable => {
  const given = async function* () {
    const socket = ftp.dataSocket
    if (socket instanceof TLSSocket && socket.getPeerFinished() === undefined)
      await Promise.race([once(socket, 'secureConnect'), once(socket, 'close')])
    yield* content as AsyncIterable<Uint8Array>
  }
  return Readable.from(given(), { objectMode: false })
}

/** A folder of an FTP server as a Volume. One operation at a time, as the protocol has it; a lost session is opened again by the next one. */
export const openFtp = (settings: FtpSettings, folder: string, network: Network, clock: Clock): Volume => {
  const { hote, port, identifiant, chiffrement } = settings
  const server = `${hote}:${port}`
  const written = (path: string): string => (path === '' ? folder : posix.join(folder, path))
  const location = (path: string): string =>
    `${chiffrement === 'aucun' ? 'ftp' : 'ftps'}://${hote}${port === 21 ? '' : `:${port}`}/${written(path).replace(/^\.?\/?/u, '')}`

  let current: Session | undefined
  /** A reading under way holds the session until the server has confirmed its end. */
  let reading: Promise<unknown> = Promise.resolve()

  const session = async (): Promise<Session> => {
    await reading
    if (!current || current.client.closed) current = await openSession(settings, network)
    return current
  }
  const attempt = async <T>(doing: string, operation: (session: Session) => Promise<T>): Promise<T> => {
    const opened = await session()
    try {
      return await operation(opened)
    } catch (error) {
      throw operationFailure(error, doing, server)
    }
  }
  const at = ({ home }: Session, path: string): string => posix.resolve(home, written(path))

  /** The answer, or `undefined` when the server refuses the path, for whatever reason. */
  const unlessRefused = async <T>(operation: Promise<T>): Promise<T | undefined> => {
    try {
      return await operation
    } catch (error) {
      if (replyOf(error) === 550) return undefined
      throw error
    }
  }
  const entriesIn = async ({ client }: Session, path: string): Promise<readonly VolumeEntry[]> => {
    await client.cd(path)
    const now = clock.now()
    return (await client.list()).flatMap(info => entryOf(info, now))
  }

  /** « 550 » says that something is missing as well as that it is forbidden: only a look at the folder above can tell. */
  const confirmed = async (opened: Session, path: string): Promise<Found> => {
    const above = posix.dirname(path)
    const entries = await unlessRefused(entriesIn(opened, above))
    if (entries) return entries.find(({ name }) => name === posix.basename(path))
    if (above === path || (await look(opened, above)))
      throw new ConfigurationError(
        `Impossible de lire « ${path} » : le serveur FTP refuse de lister ce répertoire. Demandez ce droit à l'exploitant.`,
      )
    return undefined
  }
  const look = async (opened: Session, path: string): Promise<Found> => {
    const { client, mlst } = opened
    if (mlst) {
      const answer = await unlessRefused(client.send(`MLST ${path}`))
      if (!answer) return path === '/' ? undefined : confirmed(opened, path)
      const facts = factsOf(answer.message)
      return facts.get('type')?.endsWith('dir')
        ? { kind: 'folder', size: 0 }
        : { kind: 'file', size: Number(facts.get('size') ?? 0) }
    }
    const size = await unlessRefused(client.size(path))
    if (size !== undefined) return { kind: 'file', size }
    if (await unlessRefused(client.cd(path))) return { kind: 'folder', size: 0 }
    return path === '/' ? undefined : confirmed(opened, path)
  }
  const statOf = (path: string): Promise<Found> =>
    attempt(`lire « ${location(path)} »`, async opened => {
      const found = await look(opened, at(opened, path))
      return found && { kind: found.kind, size: found.size }
    })

  /** Half a transfer leaves answers on their way: the session is not used again. */
  const giveUp = () => {
    current?.client.close()
  }

  const volume: Volume = {
    location,
    stat: statOf,
    list: path => attempt(`lister « ${location(path)} »`, opened => entriesIn(opened, at(opened, path))),
    async read(path): Promise<Readable> {
      const doing = `lire « ${location(path)} »`
      if (!(await statOf(path))) throw new TemporaryError(goneSince(location(path)))
      const opened = await session()
      const received = new PassThrough()
      // Kept by the stream, and thrown by the reading below.
      received.on('error', () => undefined)
      const transfer = opened.client.downloadTo(received, at(opened, path))
      const failure = transfer.then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
      )
      reading = failure
      void failure.then(error => error && received.destroy(error))
      received.once('close', () => {
        if (!received.readableEnded) giveUp()
      })
      const whole = async function* () {
        yield* received as AsyncIterable<Uint8Array>
        // The last byte has come: only the server knows whether it was the last one of the file.
        const error = await failure
        if (error) throw error
      }
      const content = Readable.from(whole(), { objectMode: false })
      content.once('close', () => received.destroy())
      return sayingErrors(content, error => operationFailure(error, doing, server))
    },
    async makeFolder(path) {
      const doing = `créer « ${location(path)} »`
      await attempt(doing, async opened => {
        try {
          await opened.client.send(`MKD ${at(opened, path)}`)
        } catch (error) {
          const reply = replyOf(error)
          if (reply === undefined || (await look(opened, at(opened, path)))?.kind !== 'folder') throw error
        }
      })
    },
    async write(path, content) {
      const source = watched(content)
      try {
        await attempt(`écrire « ${location(path)} »`, async opened => {
          await opened.client.uploadFrom(onceSecure(source.stream, opened.client), at(opened, path))
        })
      } catch (error) {
        source.stream.destroy()
        giveUp()
        throw source.failure() ?? error
      }
    },
    async rename(from, to) {
      if (await statOf(to)) return 'exists'
      await attempt(`donner son nom à « ${location(to)} »`, async opened => {
        await opened.client.rename(at(opened, from), at(opened, to))
      })
      return 'renamed'
    },
    async remove(path) {
      const found = await statOf(path)
      if (!found) return
      const folderToo = found.kind === 'folder'
      if (folderToo) for (const { name } of await volume.list(path)) await volume.remove(posix.join(path, name))
      await attempt(`retirer « ${location(path)} »`, async opened => {
        await opened.client.send(`${folderToo ? 'RMD' : 'DELE'} ${at(opened, path)}`)
      })
    },
    async check() {
      const doing = `ouvrir « ${location('')} »`
      await attempt(doing, opened => opened.client.cd(at(opened, '')))
      const entries = await volume.list('')
      const how = chiffrement === 'aucun' ? 'en clair' : 'en TLS'
      return `Connecté à ${hote} ${how} comme « ${identifiant} » ; le répertoire « ${location('')} » est accessible et contient ${entries.length} élément${entries.length > 1 ? 's' : ''}.`
    },
    async close() {
      current?.client.close()
    },
  }
  return volume
}
