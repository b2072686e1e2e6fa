import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import yauzl from 'yauzl'
import type { Files } from '../../authoring/context.ts'
import { PermanentError } from '../../authoring/errors.ts'
import type { FileRef } from '../../authoring/values.ts'
import { FileMissingError } from '../../files/errors.ts'

/** A file of an item, wherever it was in it. */
export interface Gathered {
  /** From the top of the item, separated by `/`. */
  readonly path: string
  readonly file: FileRef
}

export interface Limits {
  readonly files: number
  /** Bytes, decompressed. */
  readonly bytes: number
}

const MB = 1024 * 1024
/** Real documents shrink twenty times, XML a hundred; beyond, something else is going on. */
const MOST_RATIO = 300
const RATIO_MATTERS_FROM = 20 * MB

/** What systems add to archives and folders without being asked. */
const isNoise = (path: string): boolean =>
  /(?:^|\/)__MACOSX\//u.test(path) || /^(?:\.DS_Store|Thumbs\.db|desktop\.ini)$/iu.test(basename(path))

class StoredArchive extends yauzl.RandomAccessReader {
  readonly #open: (start: number, end: number) => Readable
  constructor(open: (start: number, end: number) => Readable) {
    super()
    this.#open = open
  }
  override _readStreamForRange(start: number, end: number): Readable {
    return this.#open(start, end)
  }
}

const isLink = (entry: yauzl.Entry): boolean => ((entry.externalFileAttributes >>> 16) & 0o170_000) === 0o120_000

/** Why an entry cannot be accepted; `undefined` when it can. Paths that lead out of the archive are refused by the library. */
const refusal = (entry: yauzl.Entry): string | undefined => {
  const name = `« ${entry.fileName} »`
  if (entry.isEncrypted()) return `elle est protégée par un mot de passe (${name}) : déposez-la sans mot de passe`
  if (isLink(entry)) return `${name} y est un lien : mettez-y le fichier lui-même`
  if (!entry.canDecodeFileData()) return `${name} y est compressé d'une façon inconnue : refaites-la en zip ordinaire`
  if (
    entry.uncompressedSize > RATIO_MATTERS_FROM &&
    entry.uncompressedSize > MOST_RATIO * Math.max(entry.compressedSize, 1)
  )
    return `${name} y est anormalement compressé (${entry.compressedSize} octets pour ${entry.uncompressedSize})`
  return undefined
}

const outside = /invalid relative path|absolute path|invalid characters in fileName/u

const unreadable = (error: unknown, archive: FileRef): Error => {
  if (error instanceof PermanentError || error instanceof FileMissingError) return error
  const why = error instanceof Error ? error.message : String(error)
  return new PermanentError(
    outside.test(why)
      ? `L'archive « ${archive.name} » contient un nom qui mène hors d'elle (${why}) : elle est refusée.`
      : `L'archive « ${archive.name} » n'est pas un zip lisible (${why}) : déposez-la à nouveau.`,
    { cause: error },
  )
}

/**
 * Stores every file of a stored archive, one after the other, never whole in memory.
 * @throws PermanentError when it is no zip, or is encrypted, holds links, leads out of itself, or grows beyond the limits
 */
export const unzipWhole = async (archive: FileRef, files: Files, limits: Limits): Promise<readonly Gathered[]> => {
  const refuse = (why: string) => new PermanentError(`L'archive « ${archive.name} » est refusée : ${why}.`)
  const reader = new StoredArchive((start, end) => files.open(archive, { start, end: end - 1 }))
  const gathered: Gathered[] = []
  let total = 0
  try {
    const zip = await yauzl.fromRandomAccessReaderPromise(reader, archive.size, { autoClose: false, lazyEntries: true })
    try {
      if (zip.entryCount > 2 * limits.files + 100)
        throw refuse(`elle compte ${zip.entryCount} fichiers, le maximum est ${limits.files}`)
      for await (const entry of zip.eachEntry()) {
        const path = entry.fileName.normalize('NFC')
        if (path.endsWith('/') || isNoise(path)) continue
        const why = refusal(entry)
        if (why !== undefined) throw refuse(why)
        total += entry.uncompressedSize
        if (total > limits.bytes)
          throw refuse(`décompressée, elle dépasse ${Math.floor(limits.bytes / MB)} Mo, le maximum des réglages`)
        if (gathered.length === limits.files)
          throw refuse(`elle compte plus de ${limits.files} fichiers, le maximum des réglages`)
        gathered.push({ path, file: await files.save(await zip.openReadStreamPromise(entry), basename(path)) })
      }
    } finally {
      zip.close()
    }
  } catch (error) {
    throw unreadable(error, archive)
  }
  return gathered
}

/** A folder that was zipped from outside holds everything one level down: that level means nothing. */
const withoutCommonFolder = (gathered: readonly Gathered[]): readonly Gathered[] => {
  const [first] = gathered
  const slash = first?.path.indexOf('/') ?? -1
  const top = first?.path.slice(0, slash + 1) ?? ''
  return slash < 1 || !gathered.every(({ path }) => path.startsWith(top))
    ? gathered
    : gathered.map(({ path, file }) => ({ path: path.slice(top.length), file }))
}

/** The same, from the folder that holds everything when there is one. */
export const unzip = async (archive: FileRef, files: Files, limits: Limits): Promise<readonly Gathered[]> =>
  withoutCommonFolder(await unzipWhole(archive, files, limits))
