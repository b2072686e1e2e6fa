import type { Files } from '../../authoring/context.ts'
import { PermanentError } from '../../authoring/errors.ts'
import type { FileRef } from '../../authoring/values.ts'
import { FileMissingError } from '../../files/errors.ts'
import { HONEST_RATIO, withoutCommonFolder, withStoredZip, zipFault, type ZipLimits } from '../../files/unzip.ts'

/** A file of an item, wherever it was in it. */
export interface Gathered {
  /** From the top of the item, separated by `/`. */
  readonly path: string
  readonly file: FileRef
}

export type Limits = ZipLimits

/**
 * Stores every file of a stored archive, one after the other, never whole in memory.
 * @throws PermanentError when it is no zip, or is encrypted, holds links, leads out of itself, or grows beyond the limits
 */
export const unzipWhole = async (archive: FileRef, files: Files, limits: Limits): Promise<readonly Gathered[]> => {
  try {
    return await withStoredZip(archive, files, { ...limits, ratio: HONEST_RATIO }, async entries => {
      const gathered: Gathered[] = []
      for (const { path, name, open } of entries) gathered.push({ path, file: await files.save(await open(), name) })
      return gathered
    })
  } catch (error) {
    if (error instanceof PermanentError || error instanceof FileMissingError) throw error
    throw new PermanentError(zipFault(error, archive.name), { cause: error })
  }
}

/** The same, from the folder that holds everything when there is one. */
export const unzip = async (archive: FileRef, files: Files, limits: Limits): Promise<readonly Gathered[]> =>
  withoutCommonFolder(await unzipWhole(archive, files, limits))
