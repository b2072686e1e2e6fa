import {
  createSftpSimulator,
  gleanerFolders,
  makeGleanerFolders,
  type SftpSimulator,
  type SftpSimulatorOptions,
} from '#core/testing'

/** The server, with the three folders of a gleaner. */
export const createSimulator = async (options: SftpSimulatorOptions = {}): Promise<SftpSimulator> => {
  const simulator = await createSftpSimulator(options)
  await makeGleanerFolders(simulator.folder)
  return { ...simulator, config: { ...simulator.config, ...gleanerFolders('/') } }
}
