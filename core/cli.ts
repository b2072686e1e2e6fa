#!/usr/bin/env node
import { existsSync, readdirSync } from 'node:fs'
import { extname } from 'node:path'
import { describeEnvironment } from '../config/settings.ts'
import { StartupError } from '../config/startup-error.ts'
import type { Arguments, Command } from './cli/command.ts'

/** A command is a file of this folder; it is loaded when asked for, so that `migrate` does not pay for the web server. */
const FOLDER = new URL('./cli/', import.meta.url)
/** `.ts` from the sources, `.js` once compiled. */
const EXTENSION = extname(import.meta.url)

const load = async (file: string): Promise<Command> => {
  const { command } = (await import(new URL(file, FOLDER).href)) as { command: Command }
  return command
}

const isCommand = (file: string): boolean => /^[a-z-]+\.(?:ts|js)$/u.test(file) && !file.startsWith('command.')

const describeCommands = async (): Promise<string[]> => {
  const files = readdirSync(FOLDER).filter(isCommand).sort()
  return Promise.all(
    files.map(async file => {
      const { usage, help } = await load(file)
      const typed = `${file.slice(0, -EXTENSION.length).replaceAll('-', ' ')} ${usage}`
      return `  passeur ${typed.padEnd(34)} ${help}`
    }),
  )
}

const help = async (): Promise<string> => {
  const settings = describeEnvironment().map(
    each => `  ${each.name.padEnd(26)} ${each.help}${each.default && ` (${each.default})`}`,
  )
  return ['Commandes :', ...(await describeCommands()), '', "Variables d'environnement :", ...settings].join('\n')
}

/** `journal verify` is `journal-verify.ts`, `migrate` is `migrate.ts`. */
const find = (words: Arguments): { file: string; args: Arguments } | undefined => {
  for (const count of [2, 1]) {
    const file = `${words.slice(0, count).join('-')}${EXTENSION}`
    if (words.length >= count && isCommand(file) && existsSync(new URL(file, FOLDER)))
      return { file, args: words.slice(count) }
  }
  return undefined
}

const main = async (words: Arguments): Promise<void> => {
  if (words.length === 0 || words.includes('--help') || words.includes('-h')) {
    console.log(await help())
    return
  }
  const found = find(words)
  if (!found)
    throw new StartupError(
      `La commande « ${words.slice(0, 2).join(' ')} » n'existe pas : « passeur --help » donne la liste.`,
    )
  await (await load(found.file)).run(found.args)
}

// `npm start` is our parent: when it dies without a word, its channel closes and we stop as if told to.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.channel?.unref() // the channel alone must not keep a finished command alive

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof StartupError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
