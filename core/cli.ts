#!/usr/bin/env node
import { describeEnvironment } from '../config/settings.ts'
import { StartupError } from '../config/startup-error.ts'
import type { Arguments } from './cli/command.ts'
import { commands, type Command } from './cli/commands.ts'

/** Names padded to the longest, then what they mean. */
const table = (rows: readonly (readonly [name: string, meaning: string])[]): readonly string[] => {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}`)
}

const help = (): string =>
  [
    'Commandes :',
    ...table(Object.entries(commands).map(([words, { usage, help }]) => [`passeur ${words} ${usage}`, help])),
    '',
    "Variables d'environnement :",
    ...table(describeEnvironment().map(each => [each.name, `${each.help}${each.default && ` (${each.default})`}`])),
  ].join('\n')

/** The command that the first two words name, or the first one alone. */
const find = (words: Arguments): { command: Command; args: Arguments } | undefined => {
  for (const count of [2, 1]) {
    const command = Object.entries(commands).find(([name]) => name === words.slice(0, count).join(' '))?.[1]
    if (command) return { command, args: words.slice(count) }
  }
  return undefined
}

const main = async (words: Arguments): Promise<void> => {
  if (words.length === 0 || words.includes('--help') || words.includes('-h')) {
    console.log(help())
    return
  }
  const found = find(words)
  if (!found)
    throw new StartupError(
      `La commande « ${words.slice(0, 2).join(' ')} » n'existe pas : « passeur --help » donne la liste.`,
    )
  const { run } = await found.command.load()
  await run(found.args)
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
