import type { Readable } from 'node:stream'
import type { Static, TSchema } from 'typebox'
import type { Rights } from '../access/rights.ts'
import type { FileRef } from '../authoring/values.ts'
import type {
  AssociationView,
  Choices,
  ConnectorType,
  DocumentPage,
  DocumentView,
  InstanceView,
  JournalPage,
} from './api/schemas.ts'
import type { ReadonlyDeep } from './route.ts'

type View<S extends TSchema> = ReadonlyDeep<Static<S>>

/** What the routes ask of documents and connectors: their services implement it, routes know nothing else of them. */

/** Where, and by whom. The rights decide which buttons are offered. */
export interface Acting {
  readonly entityId: string
  readonly userId: string
  readonly rights: Rights
}

export interface ActingOn extends Acting {
  readonly documentId: string
}

/** On the version that the caller read: a newer one refuses (`document_deja_modifie`). */
export interface Versioned extends ActingOn {
  readonly version: number
}

type Values = Readonly<Record<string, unknown>>

export interface DocumentsApi {
  /** @throws errors.documentNotFound */
  flowOf(entityId: string, documentId: string): Promise<string>
  list(
    entityId: string,
    filter: {
      /** Flows that may be listed. */
      readonly flows: readonly string[]
      readonly state?: string | undefined
      readonly text?: string | undefined
      readonly after?: string | undefined
      readonly limit: number
    },
  ): Promise<View<typeof DocumentPage>>
  create(
    acting: Acting,
    document: { readonly flow: string; readonly values: Values },
  ): Promise<View<typeof DocumentView>>
  view(acting: ActingOn): Promise<View<typeof DocumentView>>
  edit(acting: Versioned, values: Values): Promise<View<typeof DocumentView>>
  remove(acting: Versioned): Promise<void>
  /** Built-in action or `<alias>.<task>`. */
  perform(acting: Versioned, action: string): Promise<View<typeof DocumentView>>
  /** Replaces a file, or adds one to a field that holds several. */
  addFile(
    acting: Versioned,
    file: { readonly field: string; readonly name: string; readonly content: Readable; readonly maxBytes: number },
  ): Promise<View<typeof DocumentView>>
  removeFile(
    acting: Versioned,
    file: { readonly field: string; readonly sha256: string },
  ): Promise<View<typeof DocumentView>>
  /** @throws errors.fileNotFound */
  file(acting: ActingOn, file: { readonly field: string; readonly sha256: string }): Promise<FileRef>
  choices(acting: ActingOn, field: string): Promise<View<typeof Choices>>
  journal(acting: ActingOn, after: string | undefined): Promise<View<typeof JournalPage>>
}

export interface ConnectorsApi {
  types(): readonly View<typeof ConnectorType>[]
  list(entityId: string): Promise<readonly View<typeof InstanceView>[]>
  create(
    acting: Acting,
    instance: { readonly connector: string; readonly label: string; readonly config: Values },
  ): Promise<View<typeof InstanceView>>
  /** Own or inherited. */
  view(entityId: string, instanceId: string): Promise<View<typeof InstanceView>>
  /** The instance of this very entity: an inherited one is changed where it is. */
  update(acting: Acting, instanceId: string, changes: InstancePatch): Promise<View<typeof InstanceView>>
  remove(acting: Acting, instanceId: string): Promise<void>
  test(acting: Acting, instanceId: string): Promise<{ readonly ok: boolean; readonly message: string }>
  resume(acting: Acting, instanceId: string): Promise<View<typeof InstanceView>>
  run(acting: Acting, instanceId: string, schedule: string): Promise<{ readonly message: string }>
  associations(entityId: string): Promise<readonly View<typeof AssociationView>[]>
  associate(
    acting: Acting,
    association: { readonly flow: string; readonly slot: string; readonly instanceId: string | null },
  ): Promise<readonly View<typeof AssociationView>[]>
}

export interface InstancePatch {
  readonly label?: string
  readonly config?: Values
  readonly polling?: string | null
  readonly patience?: string | null
  readonly concurrency?: number | null
  readonly spacing?: string | null
}
