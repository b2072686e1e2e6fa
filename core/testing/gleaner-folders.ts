import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

const NAMES = { repertoire: 'entree', repertoireTraites: 'traites', repertoireErreurs: 'erreurs' } as const

/**
 * The three folders of a gleaner, as settings of an instance.
 * @param top what comes before their names: `/` where paths are absolute
 */
export const gleanerFolders = (top: '' | '/' = ''): Readonly<Record<keyof typeof NAMES, string>> => ({
  repertoire: top + NAMES.repertoire,
  repertoireTraites: top + NAMES.repertoireTraites,
  repertoireErreurs: top + NAMES.repertoireErreurs,
})

/** Makes them in the folder that a simulator shows as its own. */
export const makeGleanerFolders = async (folder: string): Promise<void> => {
  for (const name of Object.values(NAMES)) await mkdir(join(folder, name), { recursive: true })
}
