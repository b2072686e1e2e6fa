import type { Flow, StoredFlow } from '../authoring/flows.ts'
import type { AnyStep } from '../authoring/steps.ts'
import { compileFlow, FlowError } from '../engine/compile.ts'
import type { CompiledFlow, Document } from '../engine/model.ts'
import type { Flows } from '../engine/ports.ts'
import { renamedPlace } from './place.ts'

/** A flow drawn without code, as it stands now. Its versions are known beside, like those of any flow. */
export interface LiveFlow {
  readonly stored: StoredFlow
  readonly upgrade: NonNullable<Flow['upgrade']>
  /** What a state or a task of that version is called now: its step may have another name. */
  readonly renamed: (name: string, from: number) => string
  readonly retired: boolean
}

/** The flows that the hub knows, every version of them. */
export interface FlowRegistry extends Flows {
  /** Current version of each flow, in alphabetical order of labels. */
  list(): readonly CompiledFlow[]
  /** Current version; `undefined` when there is no such flow. */
  current(flowId: string): CompiledFlow | undefined
  /** Whether its documents finish and no new one may begin. */
  isRetired(flowId: string): boolean
  /** The pure reader to run when this file is set, if the flow has one. */
  extractorOf(flowId: string, field: string): NonNullable<Flow['extract']>[string] | undefined
  /** A document born under a version that can no longer run, brought to the current one. Others are returned as they are. */
  upToDate(document: Document): Document
  /** Reads the version that a document follows when another process published it and this one did not hear of it. */
  ensure(flowId: string, version: number): Promise<void>
  /** Whether it came with the code: such a flow is not the studio's to change. */
  isCode(flowId: string): boolean
  /**
   * What is published in the studio replaces what was known of it.
   * @throws FlowError when the steps of the code have moved on and it cannot run: what was known stays
   */
  learn(flow: LiveFlow): void
}

/** Where the versions that were not known at start are kept. */
export type ReadVersion = (flowId: string, version: number) => Promise<StoredFlow | undefined>

/** Why nobody may begin a document of this flow; `undefined`: they may. */
export const noNewDocument = (
  flows: Pick<FlowRegistry, 'isRetired'>,
  { id, label, stored }: CompiledFlow,
): string | undefined => {
  if (flows.isRetired(id))
    return `« ${label} » a été retiré par un administrateur : ses documents en cours continuent, aucun nouveau ne peut commencer.`
  if (stored.companion)
    return `« ${label} » est un formulaire pour les destinataires d'un mail sécurisé : on n'en crée pas soi-même. Créez un document du flux qui envoie le message.`
  return undefined
}

const versionKey = (flowId: string, version: number) => `${flowId}@${version}`

interface Current extends Omit<Flow, 'stored'>, Partial<Pick<LiveFlow, 'renamed'>> {
  readonly compiled: CompiledFlow
  readonly retired: boolean
}

/**
 * Compiles what was loaded, and the older versions that documents still follow.
 * @param former stored flows of earlier versions, from `flow_versions`
 * @param readVersion one that appeared since; none: nothing is published while this registry lives
 * @param retired flows of the code that this platform does not offer (the packs of Pastell: pastell-domain.md §10.5)
 * @throws FlowError when a *current* flow is bad, or a retired one does not exist: the hub does not start with it
 */
export const createFlowRegistry = (
  flows: readonly Flow[],
  steps: ReadonlyMap<string, AnyStep>,
  {
    former = [],
    readVersion = async () => undefined,
    retired = [],
  }: {
    readonly former?: readonly StoredFlow[]
    readonly readVersion?: ReadVersion
    readonly retired?: readonly string[]
  } = {},
): FlowRegistry => {
  const code = new Set(flows.map(flow => flow.stored.id))
  for (const id of retired)
    if (!code.has(id))
      throw new FlowError(id, [
        { at: '', message: 'il est dans PASSEUR_FLUX_FERMES et n’existe pas : corriger cet identifiant, ou l’ôter.' },
      ])
  const current = new Map<string, Current>(
    flows.map(({ stored, ...rest }) => [
      stored.id,
      { ...rest, compiled: compileFlow(stored, steps), retired: retired.includes(stored.id) } satisfies Current,
    ]),
  )
  const versions = new Map<string, CompiledFlow>()
  /** Looked for, and absent or unable to run: looked for once. */
  const lost = new Set<string>()

  const keep = (stored: StoredFlow) => {
    try {
      versions.set(versionKey(stored.id, stored.version), compileFlow(stored, steps))
    } catch (error) {
      // The steps have moved on and this version cannot run any more: `upToDate` takes its documents to the current one.
      if (!(error instanceof FlowError)) throw error
      lost.add(versionKey(stored.id, stored.version))
    }
  }
  for (const stored of former) keep(stored)
  for (const { compiled } of current.values()) versions.set(versionKey(compiled.id, compiled.version), compiled)

  const sorted = () =>
    [...current.values()].map(each => each.compiled).toSorted((a, b) => a.label.localeCompare(b.label, 'fr'))
  let byLabel = sorted()

  return {
    list: () => byLabel,
    current: flowId => current.get(flowId)?.compiled,
    isRetired: flowId => current.get(flowId)?.retired ?? false,
    isCode: flowId => code.has(flowId),
    get(flowId, version) {
      const found = versions.get(versionKey(flowId, version)) ?? current.get(flowId)?.compiled
      if (!found)
        throw new Error(
          `Le flux « ${flowId} » (version ${version}) n'est plus installé : remettre son extension pour traiter ses documents.`,
        )
      return found
    },
    extractorOf: (flowId, field) => current.get(flowId)?.extract?.[field],
    upToDate(document) {
      const latest = current.get(document.flowId)
      if (!latest || versions.has(versionKey(document.flowId, document.flowVersion))) return document
      const data = latest.upgrade?.(document.data, document.flowVersion) ?? document.data
      const place = renamedPlace(document, name => latest.renamed?.(name, document.flowVersion) ?? name)
      return { ...document, ...place, data, flowVersion: latest.compiled.version }
    },
    async ensure(flowId, version) {
      const key = versionKey(flowId, version)
      if (versions.has(key) || lost.has(key)) return
      const stored = await readVersion(flowId, version)
      if (stored) keep(stored)
      else lost.add(key)
    },
    learn({ stored, ...live }) {
      const compiled = compileFlow(stored, steps)
      versions.set(versionKey(stored.id, stored.version), compiled)
      current.set(stored.id, { compiled, ...live })
      byLabel = sorted()
    },
  }
}
