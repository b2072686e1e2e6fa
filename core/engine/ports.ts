import type { JournalLine, Files, Log, Clock, DocumentContents } from '../authoring/context.ts'
import type { PublicLink } from '../authoring/steps.ts'
import type { Capabilities, CapabilityName } from '../contracts/index.ts'
import type { CreatedDocument, NewDocument, Sibling, Twin } from '../authoring/relations.ts'
import type { Contacts } from '../contacts/recipients.ts'
import type { CompiledFlow, Document, Move } from './model.ts'

/** What the engine asks of the outside. PostgreSQL implements it, and so does the memory of `testHub`. */
export interface DocumentStore {
  load(entityId: string, documentId: string): Promise<Document | undefined>
  /**
   * Stores a move in one transaction: document, journal, job.
   * @throws errors.documentMoved when `expectedVersion` is no longer the version stored.
   */
  commit(move: Move, expectedVersion: number): Promise<Document>
  journal(document: Document): Promise<readonly JournalLine[]>
  contents(document: Document, flow: CompiledFlow): Promise<DocumentContents>
}

/** An instance as the engine needs it: its settings and its health, not its secrets. */
export interface InstanceSettings {
  readonly id: string
  readonly label: string
  /** Set by the administrator; replace the pace and the patience of the step. */
  readonly polling?: string | undefined
  readonly patience?: string | undefined
  readonly suspended?: string | undefined
}

/** What is going on, while instances are called. */
export interface CallAbout {
  /** For the administrator who records it: « Envoyer à la signature ». */
  readonly occasion: string
  /** What the log lines of the call carry. */
  readonly facts?: object
}

export interface Instances {
  /** Instances associated to the slots of this flow for this entity, inherited ones included, by slot (`slotOf`). */
  of(entityId: string, flowId: string): Promise<ReadonlyMap<string, InstanceSettings>>
  /** @throws ConfigurationError when its settings do not allow to connect. */
  connect(instanceId: string): Promise<Partial<Capabilities>>
  /** Runs what calls these instances: its log lines say for what, and it is recorded when an administrator asked for it. */
  during<T>(instanceIds: readonly string[], about: CallAbout, work: () => Promise<T>): Promise<T>
  suspend(instanceId: string, message: string): Promise<void>
}

/** Addresses of pages that open without a session. */
export interface PublicLinks {
  /** Always the same for a document, a page and a name, as long as the key of the platform does not change. */
  of(document: Pick<Document, 'entityId' | 'id'>, page: string, name: string): PublicLink
}

/** The door of an instance: its pace and its circuit breaker. */
export interface Lanes {
  enter(
    instanceId: string,
    now: Date,
  ): Promise<{ readonly go: true } | { readonly go: false; readonly until: Date; readonly why: string }>
  leave(instanceId: string, result: 'success' | 'failure', now: Date): Promise<void>
}

export interface Flows {
  /** @throws when no such version of the flow is known. */
  get(flowId: string, version: number): CompiledFlow
}

export interface Processes {
  readonly id: string
  isAlive(processId: string): Promise<boolean>
}

/** What a document knows of the others of its entity. */
export interface Kin {
  /** @throws PermanentError when the flow is not installed */
  create(parent: Document, found: NewDocument): Promise<CreatedDocument>
  /** @param field full name of an indexed field */
  twins(document: Document, field: string): Promise<readonly Twin[]>
  /** @param at the step of the document that asks, the capability whose instance tells which entities, and an indexed field of the step */
  siblings(
    document: Document,
    at: { readonly step: string; readonly capability: CapabilityName | undefined; readonly field: string },
  ): Promise<AsyncIterable<Sibling<Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>>>>
  /** `false` when the flow is not installed. */
  associated(document: Document, flow: string): Promise<boolean>
}

export interface EnginePorts {
  readonly documents: DocumentStore
  readonly kin: Kin
  /** The address book of the entity of a document, with what those above share. */
  readonly contacts: Contacts
  readonly instances: Instances
  readonly lanes: Lanes
  readonly flows: Flows
  readonly processes: Processes
  readonly publicLinks: PublicLinks
  readonly files: Files
  readonly clock: Clock
  readonly log: Log
}
