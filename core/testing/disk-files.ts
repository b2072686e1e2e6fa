import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFiles, type SaveOptions, type StoredFiles } from '../files/files.ts'

/** A real file store in a folder of its own, erased by `await using` or at the end of the test that disposes of it. */
export const temporaryFiles = async (
  options: SaveOptions = {},
): Promise<StoredFiles & AsyncDisposable & { readonly folder: string }> => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-fichiers-'))
  return {
    ...createFiles({ folder, ...options }),
    folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
