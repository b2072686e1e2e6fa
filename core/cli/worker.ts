import { loadConfig } from '../../config/index.ts'
import { openHub, untilTold } from '../hub.ts'
import { readOptions, type Run } from './command.ts'

export const run: Run = async args => {
  const { values } = readOptions(args, { concurrency: { type: 'string' } })
  const hub = await openHub(await loadConfig(), 'worker')
  const worker = await hub.work({ concurrency: Number(values.concurrency ?? 10) })
  console.log(`Passeur traite les documents — ${hub.database.description}`)
  await Promise.race([untilTold(), worker.done])
  await hub.close()
}
