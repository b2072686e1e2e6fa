import { createS3Simulator, gleanerFolders, type S3Simulator, type S3SimulatorOptions } from '#core/testing'

/** The store, with the three folders of a gleaner, which are prefixes. */
export const createSimulator = async (options: S3SimulatorOptions = {}): Promise<S3Simulator> => {
  const simulator = await createS3Simulator(options)
  return { ...simulator, config: { ...simulator.config, ...gleanerFolders() } }
}
