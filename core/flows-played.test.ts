import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { load } from './loader.ts'
import { playFlow, type FlowExample, type StepExample } from './testing/player/index.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const loaded = await load({ sources: root })

/** What `exemple.ts` of a folder exports, when there is one. */
const exampleIn = async <T extends object>(source: string | undefined): Promise<T | undefined> => {
  const file = join(root, source ?? 'absent', 'exemple.ts')
  if (!existsSync(file)) return undefined
  return ((await import(pathToFileURL(file).href)) as { readonly exemple: T }).exemple
}

const stepExamples = new Map<string, StepExample>()
for (const id of loaded.steps.keys()) {
  const example = await exampleIn<StepExample>(
    loaded.report.find(({ what }) => what.split(', ').includes(`étape ${id}`))?.source,
  )
  if (example) stepExamples.set(id, example)
}
const flows = loaded.flows.filter(({ stored }) => stored.companion === undefined)

test.each(flows.map(flow => [flow.stored.id, flow] as const))(
  'le flux %s mène à tous ses états, s’explique et reprend partout',
  async (id, flow) => {
    const source = loaded.report.find(each => each.flows.includes(id))?.source
    const example = (await exampleIn<FlowExample>(source)) ?? {}
    const played = await playFlow({ flow, steps: loaded.steps, stepExamples, example })
    expect(played.faults).toEqual([])
    expect(played.missed).toEqual([])
    expect(played.uselessExceptions).toEqual([])
    expect(played.exhausted).toBe(true)
  },
)
