import { createFlowRegistry } from '../flows/registry.ts'
import { load } from '../loader.ts'
import { loadConfig } from '../../config/index.ts'
import { asStartupError } from '../start-errors.ts'
import type { Command } from './command.ts'

export const command: Command = {
  usage: '',
  help: 'vérifie tous les flux installés et dit ce qui ne va pas',
  async run() {
    const { folders, plugins } = await loadConfig()
    const loaded = await asStartupError(() => load({ sources: folders.root, packages: plugins }))
    const registry = await asStartupError(async () => createFlowRegistry(loaded.flows, loaded.steps))
    for (const flow of registry.list())
      console.log(
        `${flow.id} v${flow.version} : ${flow.steps.length} étapes, ${Object.keys(flow.states).length} états, ${Object.keys(flow.fields).length} champs — correct.`,
      )
  },
}
