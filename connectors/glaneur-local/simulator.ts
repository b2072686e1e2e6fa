import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { folderSimulator, type FolderSimulator } from '#core/testing'

/** The three folders of a gleaner on this machine. */
export const createSimulator = async (options: { readonly folder?: string } = {}): Promise<FolderSimulator> => {
  const simulator = await folderSimulator(options)
  const [repertoire, repertoireTraites, repertoireErreurs] = ['entree', 'traites', 'erreurs'].map(name =>
    join(simulator.folder, name),
  )
  for (const folder of [repertoire, repertoireTraites, repertoireErreurs])
    if (folder) await mkdir(folder, { recursive: true })
  return { ...simulator, config: { repertoire, repertoireTraites, repertoireErreurs } }
}
