import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, open, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import type { Files } from '../authoring/context.ts'
import type { FileRef } from '../authoring/values.ts'
import { zipPath } from './zip-names.ts'

export interface ZipLimits {
  readonly files: number
  /** Bytes, decompressed. */
  readonly bytes: number
  /** Times a large file may grow; left out for archives made by a remote, where the total is enough. */
  readonly ratio?: number
}

export interface ZippedFile {
  /** From the top of the archive, separated by `/`. */
  readonly path: string
  /** Without any folder. */
  readonly name: string
  /** Bytes, as announced; the library fails when the content is not that long. */
  readonly size: number
  /** Checksum of the content, as announced. */
  readonly crc32: number
  /** While the archive is open. */
  open(): Promise<Readable>
}

/** An archive that is not accepted; the message is the reason, in French, the end of a sentence. */
export class ZipRefused extends Error {
  override readonly name = 'ZipRefused'
}

const MB = 1024 * 1024
/** Real documents shrink twenty times, XML a hundred; beyond, something else is going on. */
export const HONEST_RATIO = 300
const RATIO_MATTERS_FROM = 20 * MB

/** A folder of its own for the time of a call. */
export const withFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Writes a content to a file of `folder`: a zip is read from its end. @returns its path */
export const spill = async (content: Readable, folder: string, name: string): Promise<string> => {
  const path = join(folder, name)
  await pipeline(content, createWriteStream(path))
  return path
}

const ZIP = Buffer.from('PK\u0003\u0004', 'latin1')

/** Whether the file begins as a zip does. */
export const isZip = async (path: string): Promise<boolean> => {
  const file = await open(path)
  try {
    const head = Buffer.alloc(ZIP.length)
    const { bytesRead } = await file.read(head, 0, head.length, 0)
    return bytesRead === head.length && head.equals(ZIP)
  } finally {
    await file.close()
  }
}

/** What systems add to archives and folders without being asked. */
const isNoise = (path: string): boolean =>
  /(?:^|\/)__MACOSX\//u.test(path) || /^(?:\.DS_Store|Thumbs\.db|desktop\.ini)$/iu.test(basename(path))

const isLink = (entry: yauzl.Entry): boolean => ((entry.externalFileAttributes >>> 16) & 0o170_000) === 0o120_000

/** Why an entry cannot be accepted; `undefined` when it can. Paths that lead out of the archive are refused by the library. */
const refusal = (entry: yauzl.Entry, path: string, { ratio = Infinity }: ZipLimits): string | undefined => {
  const name = `« ${path} »`
  if (entry.isEncrypted()) return `elle est protégée par un mot de passe (${name}) : déposez-la sans mot de passe`
  if (isLink(entry)) return `${name} y est un lien : mettez-y le fichier lui-même`
  if (!entry.canDecodeFileData()) return `${name} y est compressé d'une façon inconnue : refaites-la en zip ordinaire`
  if (entry.uncompressedSize > RATIO_MATTERS_FROM && entry.uncompressedSize > ratio * Math.max(entry.compressedSize, 1))
    return `${name} y est anormalement compressé (${entry.compressedSize} octets pour ${entry.uncompressedSize})`
  return undefined
}

const readDirectory = async (zip: yauzl.ZipFile, limits: ZipLimits): Promise<readonly ZippedFile[]> => {
  if (zip.entryCount > 2 * limits.files + 100)
    throw new ZipRefused(`elle compte ${zip.entryCount} fichiers, le maximum est ${limits.files}`)
  const found: ZippedFile[] = []
  let total = 0
  for await (const entry of zip.eachEntry()) {
    const path = zipPath(entry)
    if (path.endsWith('/') || isNoise(path)) continue
    const why = refusal(entry, path, limits)
    if (why !== undefined) throw new ZipRefused(why)
    total += entry.uncompressedSize
    if (total > limits.bytes)
      throw new ZipRefused(`décompressée, elle dépasse ${Math.floor(limits.bytes / MB)} Mo, le maximum des réglages`)
    if (found.length === limits.files)
      throw new ZipRefused(`elle compte plus de ${limits.files} fichiers, le maximum des réglages`)
    found.push({
      path,
      name: basename(path),
      size: entry.uncompressedSize,
      crc32: entry.crc32,
      open: () => zip.openReadStreamPromise(entry),
    })
  }
  return found
}

class RangedArchive extends yauzl.RandomAccessReader {
  readonly #open: (start: number, end: number) => Readable
  constructor(open: (start: number, end: number) => Readable) {
    super()
    this.#open = open
  }
  override _readStreamForRange(start: number, end: number): Readable {
    return this.#open(start, end)
  }
}

const reading = async <T>(
  source: { readonly size: number; readonly range: (start: number, end: number) => Readable },
  limits: ZipLimits,
  work: (entries: readonly ZippedFile[]) => Promise<T>,
): Promise<T> => {
  const reader = new RangedArchive((start, end) => source.range(start, end - 1))
  const zip = await yauzl.fromRandomAccessReaderPromise(reader, source.size, { autoClose: false, lazyEntries: true })
  try {
    return await work(await readDirectory(zip, limits))
  } finally {
    zip.close()
  }
}

/**
 * Gives the files of a zip on disk, in its order; each is read while the callback runs, never whole in memory. Folders and what systems
 * add are left out.
 * @throws ZipRefused when it is encrypted, holds links or grows beyond the limits; Error when it is damaged or leads out of itself
 */
export const withZip = async <T>(
  path: string,
  limits: ZipLimits,
  work: (entries: readonly ZippedFile[]) => Promise<T>,
): Promise<T> => {
  const { size } = await stat(path)
  return reading({ size, range: (start, end) => createReadStream(path, { start, end }) }, limits, work)
}

/** The same for a zip of the store, which is not copied. @throws FileMissingError besides */
export const withStoredZip = async <T>(
  archive: Pick<FileRef, 'sha256' | 'size'>,
  files: Pick<Files, 'open'>,
  limits: ZipLimits,
  work: (entries: readonly ZippedFile[]) => Promise<T>,
): Promise<T> =>
  reading({ size: archive.size, range: (start, end) => files.open(archive, { start, end }) }, limits, work)

const OUTSIDE = /invalid relative path|absolute path|invalid characters in fileName/u

/** The sentence about an archive that could not be read, for whoever gave it. */
export const zipFault = (error: unknown, name: string): string => {
  const why = error instanceof Error ? error.message : String(error)
  if (error instanceof ZipRefused) return `L'archive « ${name} » est refusée : ${why}.`
  return OUTSIDE.test(why)
    ? `L'archive « ${name} » contient un nom qui mène hors d'elle (${why}) : elle est refusée.`
    : `L'archive « ${name} » n'est pas un zip lisible (${why}) : déposez-la à nouveau.`
}

/** A content that cannot be decompressed, or is not what the archive announces: the archive is at fault, not the machine. */
export const isDamage = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && String(error.code).startsWith('Z_')) ||
    /too many bytes in the stream|not enough bytes in the stream|invalid local file header/u.test(error.message))

/** A folder that was zipped from outside holds everything one level down: that level means nothing. */
export const withoutCommonFolder = <T extends { readonly path: string }>(found: readonly T[]): readonly T[] => {
  const [first] = found
  const slash = first?.path.indexOf('/') ?? -1
  const top = first?.path.slice(0, slash + 1) ?? ''
  return slash < 1 || !found.every(({ path }) => path.startsWith(top))
    ? found
    : found.map(each => ({ ...each, path: each.path.slice(top.length) }))
}
