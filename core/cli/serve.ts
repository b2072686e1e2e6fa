import { loadConfig } from '../../config/index.ts'
import { openHub, untilTold } from '../hub.ts'
import { readOptions, type Run } from './command.ts'

export const run: Run = async args => {
  const { values } = readOptions(args, { work: { type: 'boolean' } })
  const config = await loadConfig()
  const hub = await openHub(config, 'serve')
  for (const { source, what, ms } of hub.loaded.report)
    console.log(`  ${what.padEnd(40)} ${source} (${Math.round(ms)} ms)`)
  await hub.serve()
  if (values.work) await hub.work()
  console.log(`Passeur répond sur ${config.publicUrl} — ${hub.database.description}`)
  await untilTold()
  await hub.close()
}
