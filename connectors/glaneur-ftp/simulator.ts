import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createFtpSimulator, type FtpSimulator, type FtpSimulatorOptions } from '#core/testing'

/** The server, with the three folders of a gleaner. */
export const createSimulator = async (options: FtpSimulatorOptions = {}): Promise<FtpSimulator> => {
  const simulator = await createFtpSimulator(options)
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
