import { unzipWhole, type FileRef, type Files } from '#core'
import { describe, type Complain } from './describe.ts'
import type { Say } from './expressions.ts'
import type { UnitRow } from './fields.ts'
import type { Held, Unit } from './model.ts'

/** What one zip may bring: enough for any real file, too little to fill a disk. */
const LIMITS = { files: 5_000, bytes: 4 * 1024 ** 3 }

interface Entry {
  readonly path: string
  readonly file: FileRef
}

export interface Unfolding {
  readonly say: Say
  readonly files: Files
  readonly complain: Complain
  /** The line of files: its title names files and folders. */
  readonly row: UnitRow
  /** The unit it is in, whose other settings hold for each folder. */
  readonly unit: UnitRow | undefined
}

const within = (entries: readonly Entry[], folder: string): readonly Entry[] =>
  folder === '' ? entries : entries.filter(({ path }) => path.startsWith(`${folder}/`))

const foldersIn = (entries: readonly Entry[], folder: string): readonly string[] => {
  const start = folder === '' ? 0 : folder.length + 1
  return [
    ...new Set(
      within(entries, folder).flatMap(({ path }) => {
        const slash = path.indexOf('/', start)
        return slash === -1 ? [] : [path.slice(0, slash)]
      }),
    ),
  ]
}

/** The files right in a folder, and a unit for each folder below. */
const inFolder = async (
  entries: readonly Entry[],
  folder: string,
  rank: number,
  unfolding: Unfolding,
): Promise<{ readonly files: readonly Held[]; readonly units: readonly Unit[] }> => {
  const { say, complain, row, unit } = unfolding
  const files: Held[] = []
  for (const { path, file } of within(entries, folder))
    if (!path.slice(folder === '' ? 0 : folder.length + 1).includes('/'))
      files.push({
        title: await say(row.titre, { path, directory: false, rank }),
        file,
        path,
        typed: !row.sansType,
      })
  const units: Unit[] = []
  for (const path of foldersIn(entries, folder)) {
    const described = await describe({ ...unit, titre: row.titre }, say, complain, { path, directory: true, rank })
    const title = described.title || (path.split('/').at(-1) ?? path)
    units.push({ ...described, title, ...(await inFolder(entries, path, rank, unfolding)) })
  }
  return { files, units }
}

/**
 * Unfolds a zip into files and units, folder by folder. Its entries are stored one by one, never whole in memory.
 * @throws PermanentError when it cannot be trusted
 */
export const unfold = async (
  zip: FileRef,
  rank: number,
  unfolding: Unfolding,
): Promise<{ readonly files: readonly Held[]; readonly units: readonly Unit[] }> => {
  const entries = (await unzipWhole(zip, unfolding.files, LIMITS)).filter(
    ({ path }) => !/(?:^|\/)\.gitkeep$/u.test(path),
  )
  return inFolder(entries, '', rank, unfolding)
}
