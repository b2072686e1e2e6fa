import type { Flow, StoredFlow } from '../authoring/flows.ts'
import type { AnyStep } from '../authoring/steps.ts'
import { compileFlow, FlowError } from '../engine/compile.ts'
import type { CompiledFlow, Document } from '../engine/model.ts'
import type { Flows } from '../engine/ports.ts'

/** The flows that the hub knows, every version of them. */
export interface FlowRegistry extends Flows {
  /** Current version of each flow, in alphabetical order of labels. */
  list(): readonly CompiledFlow[]
  /** Current version; `undefined` when there is no such flow. */
  current(flowId: string): CompiledFlow | undefined
  /** The pure reader to run when this file is set, if the flow has one. */
  extractorOf(flowId: string, field: string): NonNullable<Flow['extract']>[string] | undefined
  /** A document born under a version that can no longer run, brought to the current one. Others are returned as they are. */
  upToDate(document: Document): Document
}

const versionKey = (flowId: string, version: number) => `${flowId}@${version}`

/**
 * Compiles what was loaded, and the older versions that documents still follow.
 * @param former stored flows of earlier versions, from `flow_versions`
 * @throws FlowError when a *current* flow is bad: the hub does not start with it
 */
export const createFlowRegistry = (
  flows: readonly Flow[],
  steps: ReadonlyMap<string, AnyStep>,
  former: readonly StoredFlow[] = [],
): FlowRegistry => {
  const current = new Map(flows.map(flow => [flow.stored.id, { flow, compiled: compileFlow(flow.stored, steps) }]))
  const versions = new Map<string, CompiledFlow>()
  for (const stored of former) {
    try {
      versions.set(versionKey(stored.id, stored.version), compileFlow(stored, steps))
    } catch (error) {
      // The steps have moved on and this version cannot run any more: `upToDate` takes its documents to the current one.
      if (!(error instanceof FlowError)) throw error
    }
  }
  for (const { compiled } of current.values()) versions.set(versionKey(compiled.id, compiled.version), compiled)
  const byLabel = [...current.values()]
    .map(each => each.compiled)
    .toSorted((a, b) => a.label.localeCompare(b.label, 'fr'))

  return {
    list: () => byLabel,
    current: flowId => current.get(flowId)?.compiled,
    get(flowId, version) {
      const found = versions.get(versionKey(flowId, version)) ?? current.get(flowId)?.compiled
      if (!found)
        throw new Error(
          `Le flux « ${flowId} » (version ${version}) n'est plus installé : remettre son extension pour traiter ses documents.`,
        )
      return found
    },
    extractorOf: (flowId, field) => current.get(flowId)?.flow.extract?.[field],
    upToDate(document) {
      const latest = current.get(document.flowId)
      if (!latest || versions.has(versionKey(document.flowId, document.flowVersion))) return document
      const data = latest.flow.upgrade?.(document.data, document.flowVersion) ?? document.data
      return { ...document, data, flowVersion: latest.compiled.version }
    },
  }
}
