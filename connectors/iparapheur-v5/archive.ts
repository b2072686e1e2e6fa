import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import { TemporaryError, type FileRef, type Files, type HttpResponse } from '#core'
import type { Premis } from './premis.ts'

/** What a finished or rejected folder gives back. */
export interface FolderFiles {
  /** The first main document, signed when its format holds the signature. */
  readonly document: FileRef | undefined
  readonly signature: FileRef | undefined
  readonly bordereau: FileRef | undefined
  readonly history: FileRef | undefined
  readonly annexes: readonly FileRef[]
}

const MAIN_FOLDER = 'Documents principaux/'
const HISTORY = 'i_Parapheur_internal_premis.xml'
const SLIP = /_bordereau\.pdf$/iu
/** Beyond this, it is no signature folder but an attack or an accident. */
const MOST_ENTRIES = 2_000
const LARGEST_TOTAL = 4 * 1024 ** 3

const unreadable = (cause: unknown) =>
  cause instanceof TemporaryError
    ? cause
    : new TemporaryError(
        "L'archive rendue par le parapheur est incomplète ou illisible. Elle sera demandée à nouveau.",
        { cause },
      )

/** Stores every file of an archive, one after the other: `path in the archive → stored file`. */
const unpack = async (path: string, files: Files): Promise<ReadonlyMap<string, FileRef>> => {
  const archive = await yauzl.openPromise(path, { autoClose: false, lazyEntries: true })
  const stored = new Map<string, FileRef>()
  let total = 0
  try {
    for await (const entry of archive.eachEntry()) {
      total += entry.uncompressedSize
      if (stored.size >= MOST_ENTRIES || total > LARGEST_TOTAL) throw new Error('too many entries, or too large')
      const name = entry.fileName.normalize('NFC')
      if (name.endsWith('/')) continue
      stored.set(name, await files.save(await archive.openReadStreamPromise(entry), basename(name)))
    }
  } finally {
    archive.close()
  }
  return stored
}

const sort = (stored: ReadonlyMap<string, FileRef>, { files: described }: Premis): FolderFiles => {
  const entries = [...stored].map(([path, ref]) => ({ path, ref, name: basename(path) }))
  const inMain = entries.filter(({ path }) => path.startsWith(MAIN_FOLDER))
  const mainNames = new Set(described.filter(({ main }) => main).map(({ name }) => name))
  // The order of the description is the order of the sending; the order of an archive is nobody's promise.
  const mains = [...mainNames].flatMap(name => inMain.filter(each => each.name === name))
  const signatures = inMain.filter(({ name }) => !mainNames.has(name))
  const ofFirst = signatures.find(({ name }) => mains[0] && name.startsWith(mains[0].name)) ?? signatures[0]
  const slip = entries.find(({ path }) => !path.includes('/') && SLIP.test(path))
  const history = entries.find(({ path }) => path === HISTORY)
  const others = entries.filter(
    ({ path }) => path !== slip?.path && path !== history?.path && path !== mains[0]?.path && path !== ofFirst?.path,
  )
  return {
    document: mains[0]?.ref,
    signature: ofFirst?.ref,
    bordereau: slip?.ref,
    history: history?.ref,
    annexes: others.map(({ ref }) => ref),
  }
}

/**
 * Streams the archive of a folder to disk (a zip is read from its end), then its files to the store.
 * @throws TemporaryError when the archive is cut or damaged
 */
export const readArchive = async (response: HttpResponse, premis: Premis, files: Files): Promise<FolderFiles> => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-parapheur-'))
  try {
    const path = join(folder, 'dossier.zip')
    await pipeline(response.stream(), createWriteStream(path))
    return sort(await unpack(path, files), premis)
  } catch (error) {
    throw unreadable(error)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
