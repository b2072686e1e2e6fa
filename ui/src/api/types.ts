import type { Condition } from '../../../core/authoring/conditions.ts'
import type { FieldKind } from '../../../core/authoring/fields.ts'
import type { Choice, FileRef, PieceType } from '../../../core/authoring/values.ts'
import type { FieldGroup, StudioField, StudioFlow, Upgrade } from '../../../core/flows/studio/format.ts'

/** The answers of `/api/v3`, as the screens read them. Dates are ISO 8601 texts. */
export type { Choice, Condition, FieldGroup, FieldKind, FileRef, PieceType, StudioField, StudioFlow }
/** What becomes of the names that a version no longer has. */
export type StudioUpgrade = Upgrade

export interface Session {
  readonly user: {
    readonly id: string
    readonly login: string
    readonly firstName: string
    readonly lastName: string
    readonly email: string | null
  }
  /** To send back in `X-CSRF-Token` with everything that is not a GET. */
  readonly csrf: string
  /** Id of the entity shown first. */
  readonly home: string
}

export interface Entity {
  readonly id: string
  readonly name: string
  readonly siren: string | null
  readonly kind: string
  readonly parentId: string | null
  readonly active: boolean
  readonly rights?: readonly string[]
}

export interface FlowSummary {
  readonly id: string
  readonly label: string
  readonly family: string
  readonly canCreate: boolean
}

export interface FlowHelp {
  readonly id: string
  readonly label: string
  readonly family: string
  /** Markdown. */
  readonly help: string
}

/** A sentence and its JSON pointer. */
export interface PlacedMessage {
  readonly at: string
  readonly message: string
}

export interface StudioSummary {
  readonly id: string
  readonly label: string
  readonly family: string
  readonly state: 'brouillon' | 'publie' | 'retire'
  readonly published: number | null
  readonly changed: boolean
  readonly updatedAt: string
}

export interface StudioDetail extends StudioSummary {
  readonly draft: StudioFlow
  readonly revision: number
  readonly faults: readonly PlacedMessage[]
}

/** Fields kept once for the platform, which flows use under a prefix. */
export interface StudioGroup {
  readonly id: string
  readonly revision: number
  readonly contents: FieldGroup
}

export interface StudioCheck {
  readonly faults: readonly PlacedMessage[]
  /** None while it cannot be compiled. */
  readonly fields: readonly { readonly name: string; readonly label: string; readonly kind: string }[]
  readonly steps: readonly { readonly alias: string; readonly label: string }[]
  readonly svg: string | null
}

interface Described {
  readonly name: string
  readonly label: string
  readonly kind: string
  readonly required: boolean
}

/** A step that a flow may use. */
export interface StepView {
  readonly id: string
  readonly label: string
  readonly inputs: readonly Described[]
  readonly fields: readonly Described[]
  readonly configurable: boolean
}

export type StateKind = 'draft' | 'running' | 'trouble' | 'uncertain' | 'stopped' | 'over' | 'done' | 'abandoned'

export interface StateView {
  readonly name: string
  readonly label: string
  readonly kind: StateKind
}

export interface FieldView {
  /** Full name: `objet`, `visa.circuit`. */
  readonly name: string
  readonly label: string
  readonly kind: FieldKind
  readonly required: boolean
  readonly computed: boolean
  readonly editable: boolean
  readonly help?: string
  readonly choices?: readonly { readonly value: string; readonly label: string }[]
  readonly pattern?: { readonly regex: string; readonly message: string }
  /** Accepted media types. */
  readonly accept?: readonly string[]
  readonly maxBytes?: number
  readonly default?: unknown
  readonly min?: number
  readonly max?: number
  readonly notAfterToday?: boolean
  /** Asked for only when this holds. */
  readonly when?: Condition
  /** `pieceTypes`: full names of the fields that hold the pieces. */
  readonly of?: readonly string[]
  /** Full names of the fields that the list of choices depends on. */
  readonly by?: readonly string[]
  /** `rows`: what one row holds, and whether a row may hold rows under `enfants`. */
  readonly fields?: readonly FieldView[]
  readonly nested?: boolean
}

/** A document linked to another, and what it is for it. */
export interface Relation {
  readonly label: string
  readonly entityId: string
  readonly id: string
  readonly title: string
  readonly flow: string
  readonly flowLabel: string
  readonly state: StateView
  readonly at: string
}

export interface PageView {
  readonly title: string
  /** Alias of the step; `null` on the first page. */
  readonly step: string | null
  readonly when: Condition | null
  readonly fields: readonly FieldView[]
}

export interface FlowView {
  readonly id: string
  readonly version: number
  readonly label: string
  readonly family: string
  readonly pages: readonly PageView[]
  readonly states: readonly StateView[]
  readonly indexed: readonly IndexedField[]
}

/** A field whose values can be looked for. */
export interface IndexedField {
  readonly name: string
  readonly label: string
  readonly kind: string
}

export interface DocumentSummary {
  readonly id: string
  readonly entityId: string
  readonly flow: string
  readonly flowLabel: string
  readonly title: string
  readonly state: StateView
  readonly message: string
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
  readonly stateSince: string
}

export type Values = Readonly<Record<string, unknown>>

export interface RouteStep {
  readonly alias: string
  readonly label: string
  /** `stopped`: the journey ended here, without a fault (refused, abandoned). */
  readonly status: 'done' | 'current' | 'trouble' | 'stopped' | 'todo' | 'skipped'
  readonly since: string | null
  /** States reached, in order. */
  readonly states: readonly { readonly name: string; readonly label: string; readonly at: string }[]
}

export interface ActionView {
  readonly name: string
  readonly label: string
  readonly enabled: boolean
  /** Why it is not enabled. */
  readonly reason?: string
  /** Question to ask before performing it. */
  readonly confirm?: string
  readonly kind: 'primary' | 'normal' | 'danger'
  /** Leads to a page of the remote, whose address is asked for at each click. */
  readonly opens?: true
}

/** A message at a field. */
export interface Problem {
  readonly field: string
  readonly message: string
}

export interface DocumentView extends DocumentSummary {
  readonly values: Values
  /** Secrets that are set: their value is never shown. */
  readonly secretsSet: readonly string[]
  readonly pages: readonly PageView[]
  readonly route: readonly RouteStep[]
  readonly actions: readonly ActionView[]
  /** What is still missing or wrong before the document may be sent. */
  readonly problems: readonly Problem[]
  /** An external sending is under way: nothing may be changed meanwhile. */
  readonly inFlight: boolean
  readonly nextTry: string | null
  /** A connector is suspended or missing: an administrator must act, and the message says on what. */
  readonly waitsForConnector: boolean
}

export interface JournalEntry {
  readonly seq: number
  readonly at: string
  readonly kind: string
  /** For a state reached: what kind of state it is. */
  readonly stateKind: StateKind | null
  readonly event: string
  readonly label: string
  readonly message: string
  readonly author: string | null
  readonly hash: string
}

export interface ConnectorType {
  readonly id: string
  readonly version: number
  readonly label: string
  readonly provides: readonly string[]
  readonly fields: readonly FieldView[]
  readonly schedules: readonly { readonly name: string; readonly label: string }[]
  /** README of the connector, in markdown. */
  readonly help: string
}

/** How an instance is called: durations as authors write them (« 15 min »), `null` for the connector's own. */
export interface Pace {
  readonly polling: string | null
  readonly patience: string | null
  readonly concurrency: number | null
  readonly spacing: string | null
}

export interface InstanceView extends Pace {
  readonly id: string
  readonly entityId: string
  readonly connector: string
  readonly connectorLabel: string
  readonly label: string
  readonly provides: readonly string[]
  readonly config: Values
  /** Names of the secrets that hold something; their values never leave the server. */
  readonly secretsSet: readonly string[]
  readonly status: 'ok' | 'suspended' | 'breaker'
  readonly statusMessage: string | null
  readonly inherited: boolean
}

/** A recorded exchange of a connector, or one that is asked for. */
export interface Recording {
  readonly id: string
  readonly status: 'waiting' | 'running' | 'ready' | 'lost'
  readonly askedAt: string
  readonly askedBy: string | null
  readonly askedUntil: string
  readonly occasion: string
  readonly takenAt: string | null
  readonly size: number | null
  readonly forgottenAt: string
}

/** A text that a schedule left for the administrator. */
export interface Report {
  readonly id: string
  readonly name: string
  readonly at: string
  /** Bytes. */
  readonly size: number
}

export interface Association {
  readonly flow: string
  readonly slot: string
  readonly slotLabel: string
  readonly capability: string
  readonly instanceId: string | null
  readonly inheritedFrom: string | null
}

/** One page of a list read by cursor. */
export interface Listing<T> {
  readonly items: readonly T[]
  /** Cursor of what follows, `null` at the end. */
  readonly next: string | null
}

export interface Choices {
  readonly choices: readonly Choice[]
  readonly fetchedAt: string
}

/** Data of the server-sent event `document`. */
export interface DocumentEvent {
  readonly documentId: string
  readonly version: number
  readonly state: string
  readonly flow: string
}
