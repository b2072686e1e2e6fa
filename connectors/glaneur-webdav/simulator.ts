import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createWebdavSimulator, type WebdavSimulator, type WebdavSimulatorOptions } from '#core/testing'

/** The server, with the three folders of a gleaner. */
export const createSimulator = async (options: WebdavSimulatorOptions = {}): Promise<WebdavSimulator> => {
  const simulator = await createWebdavSimulator(options)
  for (const name of ['entree', 'traites', 'erreurs']) await mkdir(join(simulator.folder, name), { recursive: true })
  return {
    ...simulator,
    config: {
      ...simulator.config,
      repertoire: 'entree',
      repertoireTraites: 'traites',
      repertoireErreurs: 'erreurs',
    },
  }
}
