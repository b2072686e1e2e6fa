import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import type { Files } from '../../authoring/context.ts'
import { TemporaryError } from '../../authoring/errors.ts'
import type { FileRef } from '../../authoring/values.ts'
import type { HttpResponse } from '../../connectors/http.ts'

/** The description of the folder, at the root of its archive. */
export const PREMIS_ENTRY = 'i_Parapheur_internal_premis.xml'
export const MAIN_ENTRIES = 'Documents principaux/'
const SLIP = /^[^/]*_bordereau\.pdf$/iu

/** Whether an entry of the archive is the slip of circulation. */
export const isSlipEntry = (path: string): boolean => SLIP.test(path)

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

/**
 * Streams the archive of a folder to disk (a zip is read from its end), then its files to the store: path in the archive → stored file.
 * @throws TemporaryError when the archive is cut or damaged
 */
export const unpackParapheurArchive = async (
  response: HttpResponse,
  files: Files,
): Promise<ReadonlyMap<string, FileRef>> => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-parapheur-'))
  try {
    const path = join(folder, 'dossier.zip')
    await pipeline(response.stream(), createWriteStream(path))
    return await unpack(path, files)
  } catch (error) {
    throw unreadable(error)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
