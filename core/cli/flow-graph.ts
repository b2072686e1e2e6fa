import { createFlowRegistry, type FlowRegistry } from '../flows/registry.ts'
import { mermaidOf } from '../flows/graph.ts'
import { svgOf } from '../flows/svg.ts'
import { openHub } from '../hub.ts'
import { load } from '../loader.ts'
import { loadConfig } from '../../config/index.ts'
import { StartupError } from '../../config/startup-error.ts'
import { asStartupError } from '../start-errors.ts'
import { readOptions, type Run } from './command.ts'

const drawn = (registry: FlowRegistry, flowId: string | undefined, draw: typeof mermaidOf): string => {
  const flow = flowId === undefined ? undefined : registry.current(flowId)
  if (!flow)
    throw new StartupError(
      `Le flux « ${flowId ?? ''} » n'est pas installé ; les flux installés sont : ${registry
        .list()
        .map(each => each.id)
        .join(', ')}.`,
    )
  return draw(flow)
}

/** The flows of the code need no database; those of the studio live in it. */
export const run: Run = async args => {
  const { values, positionals } = readOptions(args, { svg: { type: 'boolean' }, studio: { type: 'boolean' } })
  const draw = values.svg ? svgOf : mermaidOf
  const config = await loadConfig()
  if (values.studio) {
    const hub = await openHub(config, 'worker')
    try {
      console.log(drawn(hub.cradle.flows, positionals[0], draw))
    } finally {
      await hub.close()
    }
    return
  }
  const loaded = await asStartupError(() => load({ sources: config.folders.root, packages: config.plugins }))
  const registry = await asStartupError(async () => createFlowRegistry(loaded.flows, loaded.steps))
  console.log(drawn(registry, positionals[0], draw))
}
