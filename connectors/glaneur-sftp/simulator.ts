import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createSftpSimulator, type SftpSimulator, type SftpSimulatorOptions } from '#core/testing'

/** The server, with the three folders of a gleaner. */
export const createSimulator = async (options: SftpSimulatorOptions = {}): Promise<SftpSimulator> => {
  const simulator = await createSftpSimulator(options)
  for (const name of ['entree', 'traites', 'erreurs']) await mkdir(join(simulator.folder, name), { recursive: true })
  const { repertoire: _, ...connection } = simulator.config
  return {
    ...simulator,
    config: {
      ...connection,
      repertoire: '/entree',
      repertoireTraites: '/traites',
      repertoireErreurs: '/erreurs',
    },
  }
}
