import { StartupError } from '../config/startup-error.ts'
import { FlowError } from './engine/compile.ts'
import { LoadError } from './loader.ts'

/** What an administrator can put right is said in one sentence at start; anything else keeps its stack. */
export const asStartupError = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof LoadError || error instanceof FlowError)
      throw new StartupError(error.message, { cause: error })
    throw error
  }
}
