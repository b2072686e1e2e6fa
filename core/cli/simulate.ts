import { join } from 'node:path'
import { startRemotes } from '../../config/demo/remotes.ts'
import { loadConfig } from '../../config/index.ts'
import { untilTold } from '../hub.ts'
import { readOptions, type Command } from './command.ts'

export const command: Command = {
  usage: '[--progress 1000]',
  help: 'lance les partenaires simulés seuls et donne les réglages à saisir (progression en millisecondes)',
  async run(args) {
    const { values } = readOptions(args, { progress: { type: 'string' } })
    const { folders } = await loadConfig()
    const remotes = await startRemotes(join(folders.data, 'simulateurs'), { progress: Number(values.progress ?? 1000) })
    // A parent that forked us reads the settings instead of copying them.
    process.send?.({ remotes: remotes.all })
    for (const { label, config } of remotes.all) {
      console.log(`\n${label}`)
      for (const [name, value] of Object.entries(config)) console.log(`  ${name} : ${String(value).slice(0, 100)}`)
    }
    await untilTold()
    await remotes.close()
  },
}
