import { createFlowRegistry } from '../flows/registry.ts'
import { load } from '../loader.ts'
import { loadConfig } from '../../config/index.ts'
import { StartupError } from '../../config/startup-error.ts'
import { asStartupError } from '../start-errors.ts'
import { readOptions, type Run } from './command.ts'

/** `passeur flow check` says what each flow is made of; with the option of a plugin's check, what that check finds. */
export const run: Run = async args => {
  const { folders, plugins } = await loadConfig()
  const loaded = await asStartupError(() => load({ sources: folders.root, packages: plugins }))
  const options = Object.fromEntries(loaded.checks.map(({ id }) => [id, { type: 'boolean' }] as const))
  const { values, positionals } = readOptions(args, options)
  const flows = await asStartupError(async () => createFlowRegistry(loaded.flows, loaded.steps).list())
  const [wanted] = positionals
  const checks = loaded.checks.filter(({ id }) => values[id] === true)
  for (const check of checks) {
    const { lines, complete } = check.run(flows, wanted)
    for (const line of lines) console.log(line)
    if (!complete) process.exitCode = 1
  }
  if (checks.length > 0) return
  if (wanted !== undefined && !flows.some(flow => flow.id === wanted))
    throw new StartupError(
      `Le flux « ${wanted} » n'est pas installé ; les flux installés sont : ${flows.map(flow => flow.id).join(', ')}.`,
    )
  for (const flow of flows.filter(({ id }) => wanted === undefined || id === wanted))
    console.log(
      `${flow.id} v${flow.version} : ${flow.steps.length} étapes, ${Object.keys(flow.states).length} états, ${Object.keys(flow.fields).length} champs — correct.`,
    )
}
