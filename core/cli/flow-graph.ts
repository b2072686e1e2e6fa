import { createFlowRegistry } from '../flows/registry.ts'
import { mermaidOf } from '../flows/graph.ts'
import { load } from '../loader.ts'
import { loadConfig } from '../../config/index.ts'
import { StartupError } from '../../config/startup-error.ts'
import { asStartupError } from '../start-errors.ts'
import type { Run } from './command.ts'

export const run: Run = async ([flowId]) => {
  const { folders, plugins } = await loadConfig()
  const loaded = await asStartupError(() => load({ sources: folders.root, packages: plugins }))
  const registry = await asStartupError(async () => createFlowRegistry(loaded.flows, loaded.steps))
  const flow = flowId === undefined ? undefined : registry.current(flowId)
  if (!flow)
    throw new StartupError(
      `Le flux « ${flowId ?? ''} » n'est pas installé ; les flux installés sont : ${registry
        .list()
        .map(each => each.id)
        .join(', ')}.`,
    )
  console.log(mermaidOf(flow))
}
