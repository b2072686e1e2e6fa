import type { AccountLetter, EmailChange } from '../authoring/account-change.ts'
import type { AnyLink, AnySignal, AnyStep, AnyTask, Binding } from '../authoring/steps.ts'
import type { Condition } from '../authoring/conditions.ts'
import type { Fields, FieldSpec } from '../authoring/fields.ts'
import type { StoredFlow } from '../authoring/flows.ts'
import type { CapabilityName } from '../contracts/index.ts'

/** States that every flow has, outside its steps. */
export const DRAFT = 'brouillon'
export const DONE = 'termine'
export const ABANDONED = 'abandonne'

/** A document in memory. `settle` takes one and returns another; nothing else changes a document. */
export interface Document {
  readonly id: string
  readonly entityId: string
  readonly flowId: string
  /** Version of the flow the document began with. */
  readonly flowVersion: number
  readonly title: string
  /** Full name: `brouillon`, `signature.envoye`, `termine`. */
  readonly state: string
  readonly stateSince: Date
  /** Optimistic lock: one more at each commit. */
  readonly version: number
  /** Values by full field name. */
  readonly data: Readonly<Record<string, unknown>>
  /** States reached, in order: the history that rules and the drawing of the route read. */
  readonly trail: readonly TrailStop[]
  /** The task to run next, and when; a job is only its wake-up call. */
  readonly due: Due | undefined
  /** The attempt whose intention is committed and whose outcome is not known yet. */
  readonly inFlight: Attempt | undefined
  /** Number of the last attempt: an outcome is accepted only for the attempt in force. */
  readonly fence: number
  /** Where the document was when a step failed or was interrupted: what « Réessayer » and `resume` go back to. */
  readonly back: Back | undefined
  /** Times each task went through: makes the key of the next passage different from the last one. */
  readonly passages: Readonly<Record<string, number>>
  /** What the agent reads under the state. */
  readonly message: string
  /** Id of the instance that must be put right before the due task can run, or `NO_INSTANCE` when none is associated. */
  readonly waitingFor: string | undefined
  readonly createdBy: string | undefined
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface Back {
  readonly state: string
  readonly task: string | undefined
  /** The failed attempt may have reached the remote. */
  readonly uncertain: boolean
  /** What the document said when it was interrupted: said again when it comes back. */
  readonly message?: string
  /** What this failure or interruption came over: a side request may fail, and may begin where a step has failed. */
  readonly under?: Back | undefined
}

export interface TrailStop {
  readonly state: string
  readonly at: Date
}

export interface Due {
  readonly task: string
  readonly at: Date
  /** Tries since the state was entered, successful polls included. */
  readonly tries: number
  /** Failures in a row, which space the next try out. */
  readonly failures: number
  /** The agent who pressed the button; `undefined` when the machinery follows its course. */
  readonly by?: string | undefined
  /** A previous try ended without an answer: look before sending again. */
  readonly uncertain?: boolean
}

export interface Attempt {
  readonly task: string
  readonly fence: number
  readonly key: string
  readonly since: Date
  /** Process that made it, so that a dead one can be told from a slow one. */
  readonly process: string
}

/** A line for the journal, before it is chained. */
export interface Entry {
  readonly kind: 'state' | 'task' | 'edit' | 'error' | 'admin' | 'message'
  /** Full name of the state or task, or the verb (`modification`, `suppression`). */
  readonly event: string
  readonly message: string
  readonly by: string | undefined
  readonly detail?: Readonly<Record<string, unknown>>
}

/** What one commit stores: the document, its lines of journal, and when to wake up for it. */
export interface Move {
  readonly document: Document
  readonly entries: readonly Entry[]
  /** `null`: nothing due, the job goes. `'unchanged'`: the job at hand stays as it is (an intention is not a move). */
  readonly wakeUp: Date | null | 'unchanged'
  /** A change of an account decided with the move, and by whom. */
  readonly account?: EmailChange & { readonly by: string | undefined }
  /** A letter to the holder of an account, decided with the move. */
  readonly letter?: AccountLetter
}

export interface CompiledField extends FieldSpec {
  readonly name: string
  /** Alias of the step that owns it; `undefined` on the first page. */
  readonly step: string | undefined
  /** Asked for only when this holds; full names. */
  readonly when?: Condition
  /** Full name of the field that must hold the same. */
  readonly equals?: string
}

export interface CompiledState {
  readonly name: string
  readonly label: string
  readonly step: string | undefined
  readonly kind: 'draft' | 'running' | 'trouble' | 'uncertain' | 'stopped' | 'over' | 'done' | 'abandoned'
  readonly ends?: 'next' | 'stop' | 'resume'
  readonly editable: readonly string[]
  readonly thenEditable: readonly string[]
  readonly deletable: boolean
  /** The task that runs by itself here. */
  readonly automatic?: string
  /** What has happened and what to do, for an agent. */
  readonly help?: string
  readonly pastell?: string
}

export interface CompiledTask {
  readonly name: string
  readonly label: string
  readonly step: string
  readonly from: readonly string[]
  readonly passed: string | undefined
  readonly to: readonly string[]
  readonly trigger: 'job' | 'agent'
  readonly needs: CapabilityName | undefined
  readonly late: string
  readonly failsTo: string
  readonly pastell: string | undefined
  readonly definition: AnyTask
}

/** A button that opens a page of the remote. */
export interface CompiledLink {
  readonly name: string
  readonly label: string
  readonly step: string
  readonly from: readonly string[]
  readonly definition: AnyLink
}

/** Something that happens from outside. */
export interface CompiledSignal {
  readonly name: string
  readonly label: string
  readonly step: string
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly since: string | undefined
  readonly pastell: string | undefined
  readonly definition: AnySignal
}

export interface CompiledStep {
  readonly alias: string
  readonly label: string
  readonly definition: AnyStep
  readonly fields: Fields
  readonly bindings: Readonly<Record<string, Binding>>
  readonly when: Condition | undefined
  /** Its fields are asked for whether the document goes through it or not. */
  readonly alwaysAsked: boolean
  readonly manual: boolean
  readonly settings: Readonly<Record<string, string>>
  readonly initial: string
  readonly needs: readonly CapabilityName[]
  /** Names in Pastell that this flow gives to what is of the step (`fields.ar`), to the letter. */
  readonly pastell: Readonly<Record<string, string>>
}

/** A flow ready to run: every name is full, every reference resolved. */
export interface CompiledFlow {
  readonly stored: StoredFlow
  readonly id: string
  readonly version: number
  readonly label: string
  readonly family: string
  readonly fields: Readonly<Record<string, CompiledField>>
  readonly states: Readonly<Record<string, CompiledState>>
  readonly tasks: Readonly<Record<string, CompiledTask>>
  readonly links: Readonly<Record<string, CompiledLink>>
  readonly signals: Readonly<Record<string, CompiledSignal>>
  readonly steps: readonly CompiledStep[]
  /** Name of the field that gives the document its title. */
  readonly title: string | undefined
}

/** `waitingFor` of a document whose slot has no instance: woken when an association is made. */
export const NO_INSTANCE = 'association'

/** Connector slot of a task: an association binds (entity, flow, slot) to an instance. One slot per step and capability. */
export const slotOf = (step: string, capability: CapabilityName): string => `${step}:${capability}`
