import { parseArgs, type ParseArgsConfig } from 'node:util'
import { StartupError } from '../../config/startup-error.ts'

/** What follows the name of the command, as typed. */
export type Arguments = readonly string[]

/**
 * A command at work, what each file of this folder exports as `run`; resolves when it is done.
 * @throws StartupError to end with exit code 1 and its sentence alone
 */
export type Run = (args: Arguments) => Promise<void>

/**
 * Reads the options of a command with `parseArgs` of Node.
 * @throws StartupError in French when an option is unknown or has no value
 */
export const readOptions = <T extends ParseArgsConfig['options']>(args: Arguments, options: T) => {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true })
  } catch (cause) {
    const known = Object.keys(options ?? {}).map(name => `--${name}`)
    throw new StartupError(
      `Les options « ${args.join(' ')} » ne sont pas comprises : cette commande ${known.length ? `accepte ${known.join(', ')}` : "n'accepte aucune option"}.`,
      { cause },
    )
  }
}
