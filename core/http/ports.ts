import type { Static, TSchema } from 'typebox'
import type { AssociationView, ConnectorType, InstanceView, RecordingView, ReportView } from './api/schemas.ts'
import type { AnyConnector } from '../authoring/connectors.ts'
import type { Binding } from '../connectors/associations.ts'
import type { Completion } from '../connectors/settings.ts'
import type { ReadonlyDeep } from './route.ts'

type View<S extends TSchema> = ReadonlyDeep<Static<S>>

/** Where, and by whom. */
export interface Acting {
  readonly entityId: string
  readonly userId: string
}

type Values = Readonly<Record<string, unknown>>

/** What the routes ask of connectors: their service implements it, routes know nothing else of them. */
export interface ConnectorsApi {
  types(): readonly View<typeof ConnectorType>[]
  /** What is installed, as its authors wrote it: for the plugins that show it in another shape. */
  definitions(): readonly AnyConnector[]
  list(entityId: string): Promise<readonly View<typeof InstanceView>[]>
  /** Every instance of the platform, by number, as its own entity sees it. */
  everywhere(): Promise<readonly View<typeof InstanceView>[]>
  /** Wherever it is, as its own entity sees it. */
  find(instanceId: string): Promise<View<typeof InstanceView> | undefined>
  /** `complete: 'later'`: settings may miss, the instance is suspended until they come. */
  create(
    acting: Acting,
    instance: {
      readonly connector: string
      readonly label: string
      readonly config: Values
      readonly complete?: Completion
    },
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
  /** Made by this entity itself, or with this instance; by number. */
  bindings(of: { readonly entityId: string } | { readonly instanceId: string }): Promise<readonly Binding[]>
  associate(
    acting: Acting,
    association: { readonly flow: string; readonly slot: string; readonly instanceId: string | null },
  ): Promise<readonly View<typeof AssociationView>[]>
}

/** « Enregistrer le prochain échange »: only for the instances of the entity itself. */
export interface RecordingsApi {
  /** Newest first. */
  list(entityId: string, instanceId: string): Promise<readonly View<typeof RecordingView>[]>
  /** The next call of this instance will be recorded, whichever process makes it; asking again starts the day again. */
  ask(acting: Acting, instanceId: string): Promise<readonly View<typeof RecordingView>[]>
  /** @throws errors.recordingNotFound, also while it is not ended */
  read(
    entityId: string,
    instanceId: string,
    recordingId: string,
  ): Promise<{ readonly text: string; readonly takenAt: Date }>
  remove(acting: Acting, instanceId: string, recordingId: string): Promise<void>
}

/** What the schedules of an instance left for its administrators: only for the instances of the entity itself. */
export interface ReportsApi {
  /** Newest first. */
  list(entityId: string, instanceId: string): Promise<readonly View<typeof ReportView>[]>
  /** @throws errors.reportNotFound */
  read(
    entityId: string,
    instanceId: string,
    reportId: string,
  ): Promise<{ readonly name: string; readonly content: string }>
}

export interface InstancePatch {
  readonly label?: string
  readonly config?: Values
  readonly complete?: Completion
  readonly polling?: string | null
  readonly patience?: string | null
  readonly concurrency?: number | null
  readonly spacing?: string | null
}
