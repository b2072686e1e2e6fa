import type { Files } from '../../authoring/context.ts'
import { TemporaryError } from '../../authoring/errors.ts'
import type { FileRef } from '../../authoring/values.ts'
import type { HttpResponse } from '../../connectors/http.ts'
import { spill, withFolder, withZip } from '../../files/unzip.ts'

/** The description of the folder, at the root of its archive. */
export const PREMIS_ENTRY = 'i_Parapheur_internal_premis.xml'
export const MAIN_ENTRIES = 'Documents principaux/'
const SLIP = /^[^/]*_bordereau\.pdf$/iu

/** Whether an entry of the archive is the slip of circulation. */
export const isSlipEntry = (path: string): boolean => SLIP.test(path)

/** Beyond this, it is no signature folder but an attack or an accident. */
const LIMITS = { files: 2_000, bytes: 4 * 1024 ** 3 }

const unreadable = (cause: unknown) =>
  cause instanceof TemporaryError
    ? cause
    : new TemporaryError(
        "L'archive rendue par le parapheur est incomplète ou illisible. Elle sera demandée à nouveau.",
        { cause },
      )

/** Stores every file of an archive, one after the other: `path in the archive → stored file`. */
const unpack = (path: string, files: Files): Promise<ReadonlyMap<string, FileRef>> =>
  withZip(path, LIMITS, async entries => {
    const stored = new Map<string, FileRef>()
    for (const entry of entries) stored.set(entry.path, await files.save(await entry.open(), entry.name))
    return stored
  })

/**
 * Streams the archive of a folder to disk (a zip is read from its end), then its files to the store: path in the archive → stored file.
 * @throws TemporaryError when the archive is cut or damaged
 */
export const unpackParapheurArchive = async (
  response: HttpResponse,
  files: Files,
): Promise<ReadonlyMap<string, FileRef>> => {
  try {
    return await withFolder(async folder => unpack(await spill(response.stream(), folder, 'dossier.zip'), files))
  } catch (error) {
    throw unreadable(error)
  }
}
