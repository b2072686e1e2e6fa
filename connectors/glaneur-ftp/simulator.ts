import {
  createFtpSimulator,
  gleanerFolders,
  makeGleanerFolders,
  type FtpSimulator,
  type FtpSimulatorOptions,
} from '#core/testing'

/** The server, with the three folders of a gleaner. */
export const createSimulator = async (options: FtpSimulatorOptions = {}): Promise<FtpSimulator> => {
  const simulator = await createFtpSimulator(options)
  await makeGleanerFolders(simulator.folder)
  return { ...simulator, config: { ...simulator.config, ...gleanerFolders('/') } }
}
