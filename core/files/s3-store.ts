import { createHash, randomUUID } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { Readable } from 'node:stream'
import { TemporaryError } from '../authoring/errors.ts'
import { SET_BY_CONNECTOR } from '../volumes/s3/failures.ts'
import type { S3Objects } from '../volumes/s3/objects.ts'
import type { S3Settings } from '../volumes/s3/settings.ts'
import { FileMissingError } from './errors.ts'
import { isDigest, isPartName, placeOf, type ByteRange, type FileStore, type PartStore } from './file-store.ts'

/** Reads and writes of many requests at once; each is tried again by the SDK before anybody hears of it. */
const TRAFFIC = { attempts: 4, sockets: 64 }

const counted = (content: AsyncIterable<Uint8Array>, see: (bytes: Uint8Array) => unknown) => {
  let size = 0
  const read = async function* () {
    for await (const bytes of content) {
      see(bytes)
      size += bytes.length
      yield bytes
    }
  }
  return { stream: Readable.from(read(), { objectMode: false }), size: () => size }
}

/**
 * A store in an S3 bucket that several machines share, laid out as the disk's: `<prefix>/ab/cd/abcd…`, `tmp/` for what arrives, `depots/` for parts. A
 * content takes its name by a copy within the bucket, once whole: a name never shows half a content.
 * @throws TemporaryError whenever the service fails: nothing that a connector or a document did
 */
export const s3Store = (settings: S3Settings): FileStore => {
  const place = `s3://${settings.compartiment}${settings.prefixe ? `/${settings.prefixe}` : ''}`
  const inPrefix = (key: string): string => (settings.prefixe ? `${settings.prefixe}/${key}` : key)
  const contentKey = (sha256: string): string => {
    if (!isDigest(sha256)) throw new FileMissingError(sha256)
    return inPrefix(placeOf(sha256))
  }
  const partKey = (name: string): string => {
    if (!isPartName(name)) throw new Error(`« ${name} » is not the name of a part`)
    return inPrefix(`depots/${name}`)
  }

  let opening: Promise<S3Objects> | undefined
  // The SDK is large: a hub that keeps its files on its disk never loads it.
  const objects = (): Promise<S3Objects> =>
    (opening ??= Promise.all([import('../volumes/s3/session.ts'), import('../volumes/s3/objects.ts')]).then(
      ([{ openClient }, { s3Objects }]) => {
        const network = { resolve: async (host: string) => (await lookup(host)).address }
        return s3Objects(openClient(settings, network, TRAFFIC), settings, new URL(settings.adresse).host)
      },
    ))

  /** What reading the content itself throws goes through as it is; the rest is the service's. */
  const failed = (error: unknown): TemporaryError => {
    const why = error instanceof Error ? error.message : String(error)
    return new TemporaryError(
      `L'entrepôt de fichiers de la plateforme (${place}) ne répond pas comme attendu : ${why.replace(SET_BY_CONNECTOR, 'PASSEUR_S3_URL')}`,
      { cause: error },
    )
  }
  const asking = async <T>(ask: (store: S3Objects) => Promise<T>): Promise<T> => {
    try {
      return await ask(await objects())
    } catch (error) {
      throw failed(error)
    }
  }

  const write = async (key: string, content: AsyncIterable<Uint8Array>, see: (bytes: Uint8Array) => unknown) => {
    let ofContent: { readonly error: unknown } | undefined
    const remembering = async function* () {
      try {
        yield* content
      } catch (error) {
        ofContent = { error }
        throw error
      }
    }
    const source = counted(remembering(), see)
    try {
      await (await objects()).put(key, source.stream, undefined, {})
    } catch (error) {
      throw ofContent ? ofContent.error : failed(error)
    }
    return source.size()
  }

  // A generator asks at the first read: a name that is not one fails then.
  async function* read(
    key: () => string,
    range: ByteRange | undefined,
    missing: () => Error,
  ): AsyncGenerator<Uint8Array> {
    const named = key()
    const content = await asking(store => store.get(named, range))
    if (!content) throw missing()
    try {
      yield* content as AsyncIterable<Uint8Array>
    } catch (error) {
      throw failed(error)
    }
  }
  const streamOf = (key: () => string, range: ByteRange | undefined, missing: () => Error): Readable =>
    Readable.from(read(key, range, missing), { objectMode: false })

  const parts: PartStore = {
    put: async (name, content) => write(partKey(name), content, () => undefined),
    open: name =>
      streamOf(
        () => partKey(name),
        undefined,
        () => new Error(`part ${name} is not in the store`),
      ),
    remove: async name => asking(store => store.remove(partKey(name))),
  }

  const statOf = async (sha256: string) => {
    if (!isDigest(sha256)) return undefined
    const found = await asking(store => store.head(contentKey(sha256)))
    return found && { size: found.size }
  }

  return {
    parts,
    async put(content, { announce } = {}) {
      const draft = inPrefix(`tmp/${randomUUID()}`)
      const hash = createHash('sha256')
      const size = await write(draft, content, bytes => hash.update(bytes))
      const stored = { sha256: hash.digest('hex'), size }
      try {
        await announce?.(stored)
        const key = contentKey(stored.sha256)
        await asking(async store => {
          const there = await store.head(key)
          if (there?.size === size) return
          // Another size would be a damaged content, which this one heals.
          if (there) await store.remove(key)
          const source = await store.head(draft)
          if (!source) throw new Error(`${draft} is gone`)
          await store.copy(source, key, {})
        })
      } finally {
        await asking(store => store.remove(draft))
      }
      return stored
    },
    open: (sha256, range) =>
      streamOf(
        () => contentKey(sha256),
        range,
        () => new FileMissingError(sha256),
      ),
    stat: statOf,
    has: async sha256 => (await statOf(sha256)) !== undefined,
    async remove(sha256) {
      const key = contentKey(sha256)
      await asking(store => store.remove(key))
    },
    shelf: digits =>
      asking(async store => {
        const { objects: found } = await store.list(inPrefix(`${digits}/`))
        return found.flatMap(({ key, size }) => {
          const sha256 = key.split('/').at(-1) ?? ''
          return isDigest(sha256) && key === contentKey(sha256) ? [{ sha256, size }] : []
        })
      }),
    removeAbandoned: before =>
      asking(async store => {
        const { objects: drafts } = await store.list(inPrefix('tmp/'))
        const old = drafts.filter(({ modifiedAt }) => modifiedAt !== undefined && modifiedAt < before)
        for (const { key } of old) await store.remove(key)
        return old.length
      }),
  }
}
