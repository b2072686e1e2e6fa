import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { asSent, startRemotes, type Remote } from '../../config/demo/remotes.ts'
import { loadConfig } from '../../config/index.ts'
import { StartupError } from '../../config/startup-error.ts'
import { untilTold } from '../hub.ts'
import type { Simulator } from '../testing/simulator.ts'
import { readOptions, type Run } from './command.ts'

interface Started {
  readonly all: readonly Pick<Remote, 'label' | 'config'>[]
  close(): Promise<void>
}

interface SimulatorModule {
  createSimulator(options: { readonly progress: number }): Promise<Simulator>
}

/** The simulator of any connector, found by its folder: what its author tries it with. */
const startOne = async (connector: string, progress: number): Promise<Started> => {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const module = new URL(`../../connectors/${encodeURIComponent(connector)}/simulator.${extension}`, import.meta.url)
  if (!existsSync(fileURLToPath(module)))
    throw new StartupError(
      `Le connecteur « ${connector} » n'a pas de simulateur : vérifiez le nom de son dossier dans connectors/.`,
    )
  const { createSimulator } = (await import(module.href)) as SimulatorModule
  const simulator = await createSimulator({ progress })
  return { all: [{ label: connector, config: asSent(simulator.config) }], close: () => simulator.close() }
}

export const run: Run = async args => {
  const { values, positionals } = readOptions(args, { progress: { type: 'string' } })
  const [connector] = positionals
  const { folders } = await loadConfig()
  const progress = Number(values.progress ?? 1000)
  const remotes =
    connector === undefined
      ? await startRemotes(join(folders.data, 'simulateurs'), { progress })
      : await startOne(connector, progress)
  // A parent that forked us reads the settings instead of copying them.
  process.send?.({ remotes: remotes.all })
  for (const { label, config } of remotes.all) {
    console.log(`\n${label}`)
    for (const [name, value] of Object.entries(config)) console.log(`  ${name} : ${String(value).slice(0, 100)}`)
  }
  await untilTold()
  await remotes.close()
}
