import type * as made from '../../../core/client/api.ts'
import type { Condition } from '../../../core/authoring/conditions.ts'
import type { Choice, FileRef, PieceType } from '../../../core/authoring/values.ts'
import type { FieldGroup, StudioField, StudioFlow, Upgrade } from '../../../core/flows/studio/format.ts'

/** What the screens call the answers of `/api/v3`: their types are made from its description. Dates are ISO 8601 texts. */
export type { Choice, Condition, FieldGroup, FileRef, PieceType, StudioField, StudioFlow }
export type {
  ActionView,
  Choices,
  ConnectorType,
  DocumentSummary,
  DocumentView,
  Entity,
  FieldView,
  FlowHelp,
  FlowSummary,
  FlowView,
  InstanceView,
  JournalEntry,
  PageView,
  Relation,
  RouteStep,
  Session,
  StateView,
  StepView,
  StudioCheck,
  StudioPassage,
  StudioSummary,
} from '../../../core/client/api.ts'
export type Association = made.AssociationView
export type FieldKind = made.FieldView['kind']
/** A field whose values can be looked for. */
export type IndexedField = made.FlowView['indexed'][number]
/** How an instance is called: durations as authors write them (« 15 min »), `null` for the connector's own. */
export type Pace = Pick<made.InstanceView, 'polling' | 'patience' | 'concurrency' | 'spacing'>
/** A sentence and its JSON pointer. */
export type PlacedMessage = made.StudioCheck['faults'][number]
/** A message at a field. */
export type Problem = made.DocumentView['problems'][number]
/** A recorded exchange of a connector, or one that is asked for. */
export type Recording = made.RecordingView
/** A text that a schedule left for the administrator. */
export type Report = made.ReportView
export type StateKind = made.StateView['kind']
export type Values = made.DocumentView['values']

/** What becomes of the names that a version no longer has. */
export type StudioUpgrade = Upgrade
/** The published schema of a flow says more of a draft than the description of the API. */
export type StudioDetail = Omit<made.StudioDetail, 'draft'> & { readonly draft: StudioFlow }
/** Fields kept once for the platform, which flows use under a prefix. */
export type StudioGroup = Omit<made.StudioGroup, 'contents'> & { readonly contents: FieldGroup }

/** One page of a list read by cursor. */
export interface Listing<T> {
  readonly items: readonly T[]
  /** Cursor of what follows, `null` at the end. */
  readonly next: string | null
}

/** Data of the server-sent event `document`. */
export interface DocumentEvent {
  readonly documentId: string
  readonly version: number
  readonly state: string
  readonly flow: string
}
