import { address, apiState, call } from './http.ts'
import type {
  Association,
  Choices,
  ConnectorType,
  DocumentSummary,
  DocumentView,
  Entity,
  FlowHelp,
  FlowSummary,
  FlowView,
  InstanceView,
  JournalEntry,
  Listing,
  Pace,
  PlacedMessage,
  Recording,
  Relation,
  Report,
  Session,
  StepView,
  StudioCheck,
  StudioDetail,
  StudioFlow,
  StudioGroup,
  StudioSummary,
  StudioUpgrade,
  Values,
} from './types.ts'

type Items<T> = { readonly items: readonly T[] }
const items = async <T>(path: string): Promise<readonly T[]> => (await call<Items<T>>(path)).items
const keep = (session: Session): Session => {
  apiState.csrf = session.csrf
  return session
}

const entity = (id: string) => `/entites/${encodeURIComponent(id)}`
const studio = (id: string) => `/studio/flux/${encodeURIComponent(id)}`
const document = (entityId: string, id: string) => `${entity(entityId)}/documents/${encodeURIComponent(id)}`
const instance = (entityId: string, id: string) => `${entity(entityId)}/connecteurs/${encodeURIComponent(id)}`
const recordings = (entityId: string, id: string) => `${instance(entityId, id)}/enregistrements`
const fileOf = (entityId: string, id: string, field: string, sha256: string) =>
  `${document(entityId, id)}/fichiers/${encodeURIComponent(field)}/${sha256}`

/** What documents are looked for by, in a list or for a batch. Instants are ISO 8601 texts. */
export interface DocumentSearch {
  readonly flux?: string
  readonly etat?: string
  readonly sorte?: string
  readonly q?: string
  readonly creeDepuis?: string
  readonly creeAvant?: string
  readonly etatDepuis?: string
  readonly etatAvant?: string
  /** The value of an indexed field, by its full name. */
  readonly [field: `champ.${string}`]: string
}

export interface DocumentQuery extends DocumentSearch {
  readonly apres?: string
  readonly limite?: number
}

export type InstanceEdit = { readonly label?: string; readonly config?: Values } & Partial<Pace>

/** Everything the screens ask of the server, one line per route of the native API. Every call throws `ApiError`. */
export const api = {
  session: {
    open: async (login: string, password: string) =>
      keep(await call<Session>('/session', { method: 'POST', body: { login, password } })),
    current: async () => keep(await call<Session>('/session')),
    close: () => call<undefined>('/session', { method: 'DELETE' }),
  },
  entities: {
    list: () => items<Entity>('/entites'),
    get: (id: string) => call<Entity>(entity(id)),
    flows: (id: string) => items<FlowSummary>(`${entity(id)}/flux`),
    /** Address of the stream of server-sent events. */
    events: (id: string) => address(`${entity(id)}/evenements`),
  },
  flows: {
    get: (id: string) => call<FlowView>(`/flux/${encodeURIComponent(id)}`),
    help: (id: string) => call<FlowHelp>(`/flux/${encodeURIComponent(id)}/aide`),
    drawingAddress: (id: string) => address(`/flux/${encodeURIComponent(id)}/dessin`),
  },
  studio: {
    steps: () => items<StepView>('/studio/etapes'),
    list: () => items<StudioSummary>('/studio/flux'),
    get: (id: string) => call<StudioDetail>(studio(id)),
    create: (flow: unknown) => call<StudioDetail>('/studio/flux', { method: 'POST', body: flow }),
    importPastell: (file: unknown) =>
      call<{ id: string; remarks: readonly PlacedMessage[] }>('/studio/import-pastell', {
        method: 'POST',
        body: { file },
      }),
    save: (id: string, version: number, flow: StudioFlow) =>
      call<StudioDetail>(studio(id), { method: 'PUT', query: { version }, body: flow }),
    check: (flow: StudioFlow, upgrade: StudioUpgrade = {}) =>
      call<StudioCheck>('/studio/verification', { method: 'POST', body: { flow, upgrade } }),
    publish: (id: string, version: number, upgrade: StudioUpgrade) =>
      call<StudioDetail>(`${studio(id)}/publication`, { method: 'POST', body: { version, upgrade } }),
    retire: (id: string) => call<StudioDetail>(`${studio(id)}/retrait`, { method: 'POST' }),
    reopen: (id: string) => call<StudioDetail>(`${studio(id)}/reprise`, { method: 'POST' }),
    exportAddress: (id: string) => address(`${studio(id)}/export`),
    groups: () => items<StudioGroup>('/studio/groupes'),
    saveGroup: (id: string, contents: StudioGroup['contents']) =>
      call<StudioGroup>(`/studio/groupes/${encodeURIComponent(id)}`, { method: 'PUT', body: contents }),
    removeGroup: (id: string) => call<undefined>(`/studio/groupes/${encodeURIComponent(id)}`, { method: 'DELETE' }),
  },
  documents: {
    list: (entityId: string, query: DocumentQuery, signal?: AbortSignal) =>
      call<Listing<DocumentSummary>>(`${entity(entityId)}/documents`, {
        query: { ...query },
        ...(signal ? { signal } : {}),
      }),
    create: (entityId: string, flow: string) =>
      call<DocumentView>(`${entity(entityId)}/documents`, { method: 'POST', body: { flow } }),
    get: (entityId: string, id: string) => call<DocumentView>(document(entityId, id)),
    save: (entityId: string, id: string, version: number, values: Values) =>
      call<DocumentView>(document(entityId, id), { method: 'PATCH', body: { version, values } }),
    remove: (entityId: string, id: string, version: number) =>
      call<undefined>(document(entityId, id), { method: 'DELETE', query: { version } }),
    perform: (entityId: string, id: string, action: string, version: number) =>
      call<DocumentView>(`${document(entityId, id)}/actions/${encodeURIComponent(action)}`, {
        method: 'POST',
        body: { version },
      }),
    /** The address of a page of the remote: go there at once, keep it nowhere. */
    openPage: async (entityId: string, id: string, link: string, version: number) =>
      (
        await call<{ url: string }>(`${document(entityId, id)}/pages/${encodeURIComponent(link)}`, {
          method: 'POST',
          body: { version },
        })
      ).url,
    removeFile: (entityId: string, id: string, field: string, sha256: string, version: number) =>
      call<DocumentView>(fileOf(entityId, id, field, sha256), { method: 'DELETE', query: { version } }),
    fileAddress: (entityId: string, id: string, field: string, sha256: string) =>
      address(fileOf(entityId, id, field, sha256)),
    choices: (entityId: string, id: string, field: string, by: Values) =>
      call<Choices>(`${document(entityId, id)}/choix/${encodeURIComponent(field)}`, {
        query: { valeurs: Object.keys(by).length > 0 ? JSON.stringify(by) : undefined },
      }),
    relations: (entityId: string, id: string) => items<Relation>(`${document(entityId, id)}/liens`),
    journal: (entityId: string, id: string, apres?: string) =>
      call<Listing<JournalEntry>>(`${document(entityId, id)}/journal`, { query: { apres } }),
  },
  connectors: {
    types: () => items<ConnectorType>('/connecteurs/types'),
    list: (entityId: string) => items<InstanceView>(`${entity(entityId)}/connecteurs`),
    get: (entityId: string, id: string) => call<InstanceView>(instance(entityId, id)),
    create: (entityId: string, body: { connector: string; label: string; config: Values }) =>
      call<InstanceView>(`${entity(entityId)}/connecteurs`, { method: 'POST', body }),
    save: (entityId: string, id: string, body: InstanceEdit) =>
      call<InstanceView>(instance(entityId, id), { method: 'PATCH', body }),
    remove: (entityId: string, id: string) => call<undefined>(instance(entityId, id), { method: 'DELETE' }),
    test: (entityId: string, id: string) =>
      call<{ ok: boolean; message: string }>(`${instance(entityId, id)}/test`, { method: 'POST' }),
    resume: (entityId: string, id: string) =>
      call<InstanceView>(`${instance(entityId, id)}/reprise`, { method: 'POST' }),
    runSchedule: (entityId: string, id: string, schedule: string) =>
      call<{ message: string }>(`${instance(entityId, id)}/taches/${encodeURIComponent(schedule)}`, { method: 'POST' }),
    recordings: (entityId: string, id: string) => items<Recording>(recordings(entityId, id)),
    record: async (entityId: string, id: string) =>
      (await call<Items<Recording>>(recordings(entityId, id), { method: 'POST' })).items,
    forgetRecording: (entityId: string, id: string, recording: string) =>
      call<undefined>(`${recordings(entityId, id)}/${encodeURIComponent(recording)}`, { method: 'DELETE' }),
    recordingAddress: (entityId: string, id: string, recording: string) =>
      address(`${recordings(entityId, id)}/${encodeURIComponent(recording)}`),
    reports: (entityId: string, id: string) => items<Report>(`${instance(entityId, id)}/rapports`),
    reportAddress: (entityId: string, id: string, report: string) =>
      address(`${instance(entityId, id)}/rapports/${encodeURIComponent(report)}`),
    associations: (entityId: string) => items<Association>(`${entity(entityId)}/associations`),
    associate: async (entityId: string, body: { flow: string; slot: string; instanceId: string | null }) =>
      (await call<Items<Association>>(`${entity(entityId)}/associations`, { method: 'PUT', body })).items,
  },
}
