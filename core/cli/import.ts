import { loadConfig } from '../../config/index.ts'
import { StartupError } from '../../config/startup-error.ts'
import { Problem } from '../errors.ts'
import { openHub } from '../hub.ts'
import type { Run } from './command.ts'

/** What a refusal says, fault by fault. */
const sentencesOf = ({ message, detail, fields = [] }: Problem): string =>
  [detail ?? message, ...fields.map(each => `  ${each.field} : ${each.message}`)].join('\n')

/** `passeur import <quoi> …`: what a plugin brings over from another product, and its report. */
export const run: Run = async ([what, ...args]) => {
  const hub = await openHub(await loadConfig(), 'worker')
  try {
    const { importers } = hub.loaded
    const importer = importers.find(each => each.id === what)
    if (!importer)
      throw new StartupError(
        [
          what === undefined ? 'Dire ce qui est à reprendre :' : `« ${what} » ne se reprend pas ici :`,
          ...importers.map(({ id, usage, help }) => `  passeur import ${id} ${usage}  ${help}`),
        ].join('\n'),
      )
    for (const line of await importer.run(args, hub.cradle.services)) console.log(line)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    throw new StartupError(sentencesOf(error), { cause: error })
  } finally {
    await hub.close()
  }
}
