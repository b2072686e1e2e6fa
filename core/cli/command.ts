import { parseArgs, type ParseArgsConfig } from 'node:util'
import { StartupError } from '../../config/startup-error.ts'

/** What follows the name of the command, as typed. */
export type Arguments = readonly string[]

/**
 * A command of `passeur`: the file `core/cli/journal-verify.ts` exports it as `command` and answers to
 * `passeur journal verify`.
 */
export interface Command {
  /** Arguments and options as typed, for the help: `--fresh --once`. */
  readonly usage: string
  /** One line, in French. */
  readonly help: string
  /**
   * Resolves when its work is done.
   * @throws StartupError to end with exit code 1 and its sentence alone
   */
  run(args: Arguments): Promise<void>
}

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
