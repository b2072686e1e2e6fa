import { loadConfig } from '../../config/index.ts'
import { openHub, untilTold } from '../hub.ts'
import { readOptions, type Command } from './command.ts'

export const command: Command = {
  usage: '[--concurrency 10]',
  help: 'traite les documents ; autant de processus que voulu sur la même base',
  async run(args) {
    const { values } = readOptions(args, { concurrency: { type: 'string' } })
    const hub = await openHub(await loadConfig(), 'worker')
    const worker = await hub.work({ concurrency: Number(values.concurrency ?? 10) })
    console.log(`Passeur traite les documents — ${hub.database.description}`)
    await Promise.race([untilTold(), worker.done])
    await hub.close()
  },
}
