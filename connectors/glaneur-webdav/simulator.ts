import {
  createWebdavSimulator,
  gleanerFolders,
  makeGleanerFolders,
  type WebdavSimulator,
  type WebdavSimulatorOptions,
} from '#core/testing'

/** The server, with the three folders of a gleaner. */
export const createSimulator = async (options: WebdavSimulatorOptions = {}): Promise<WebdavSimulator> => {
  const simulator = await createWebdavSimulator(options)
  await makeGleanerFolders(simulator.folder)
  return { ...simulator, config: { ...simulator.config, ...gleanerFolders() } }
}
