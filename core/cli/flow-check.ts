import { createFlowRegistry } from '../flows/registry.ts'
import { load } from '../loader.ts'
import { loadConfig } from '../../config/index.ts'
import { asStartupError } from '../start-errors.ts'
import type { Run } from './command.ts'

export const run: Run = async () => {
  const { folders, plugins } = await loadConfig()
  const loaded = await asStartupError(() => load({ sources: folders.root, packages: plugins }))
  const registry = await asStartupError(async () => createFlowRegistry(loaded.flows, loaded.steps))
  for (const flow of registry.list())
    console.log(
      `${flow.id} v${flow.version} : ${flow.steps.length} étapes, ${Object.keys(flow.states).length} états, ${Object.keys(flow.fields).length} champs — correct.`,
    )
}
