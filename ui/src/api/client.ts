import type * as made from '../../../core/client/api.ts'
import { address, apiState, call } from './http.ts'
import type {
  DocumentSummary,
  DocumentView,
  FieldGroup,
  Listing,
  Session,
  StudioDetail,
  StudioFlow,
  StudioGroup,
  StudioUpgrade,
  Values,
} from './types.ts'

const keep = (session: Session): Session => {
  apiState.csrf = session.csrf
  return session
}

const items = async <T>(answer: Promise<{ readonly items: readonly T[] }>): Promise<readonly T[]> =>
  (await answer).items

// What Passeur checked against the published schema of a flow has the type that this schema is made from.
const drafted = async (answer: Promise<made.StudioDetail>): Promise<StudioDetail> => {
  const { draft, ...rest } = await answer
  return { ...rest, draft: draft as unknown as StudioFlow }
}
const grouped = ({ contents, ...rest }: made.StudioGroup): StudioGroup => ({
  ...rest,
  contents: contents as unknown as FieldGroup,
})
const plain = (flow: unknown) => flow as Readonly<Record<string, unknown>>

/** What documents are looked for by, in a list or for a batch. Instants are ISO 8601 texts. */
export type DocumentSearch = NonNullable<made.NewBatch['recherche']>
export type DocumentQuery = NonNullable<made.Requests['GET /entites/{entityId}/documents']['query']>
export type InstanceEdit = made.InstanceEdition

/** Everything the screens ask of the server, one line per route of the native API. Every call throws `ApiError`. */
export const api = {
  session: {
    open: async (login: string, password: string) => keep(await call('POST /session', { body: { login, password } })),
    current: async () => keep(await call('GET /session')),
    close: () => call('DELETE /session'),
  },
  entities: {
    list: () => items(call('GET /entites')),
    get: (entityId: string) => call('GET /entites/{entityId}', { path: { entityId } }),
    flows: (entityId: string) => items(call('GET /entites/{entityId}/flux', { path: { entityId } })),
    /** Address of the stream of server-sent events. */
    events: (entityId: string) => address('GET /entites/{entityId}/evenements', { path: { entityId } }),
  },
  flows: {
    get: (flowId: string) => call('GET /flux/{flowId}', { path: { flowId } }),
    help: (flowId: string) => call('GET /flux/{flowId}/aide', { path: { flowId } }),
    drawingAddress: (flowId: string) => address('GET /flux/{flowId}/dessin', { path: { flowId } }),
  },
  studio: {
    steps: () => items(call('GET /studio/etapes')),
    list: () => items(call('GET /studio/flux')),
    get: (flowId: string) => drafted(call('GET /studio/flux/{flowId}', { path: { flowId } })),
    create: (flow: unknown) => drafted(call('POST /studio/flux', { body: plain(flow) })),
    importPastell: (file: unknown) => call('POST /studio/import-pastell', { body: { text: JSON.stringify(file) } }),
    save: (flowId: string, version: number, flow: StudioFlow) =>
      drafted(call('PUT /studio/flux/{flowId}', { path: { flowId }, query: { version }, body: plain(flow) })),
    check: (flow: StudioFlow, upgrade: StudioUpgrade = {}) =>
      call('POST /studio/verification', { body: { flow: plain(flow), upgrade } }),
    publish: (flowId: string, version: number, upgrade: StudioUpgrade) =>
      drafted(call('POST /studio/flux/{flowId}/publication', { path: { flowId }, body: { version, upgrade } })),
    retire: (flowId: string) => drafted(call('POST /studio/flux/{flowId}/retrait', { path: { flowId } })),
    reopen: (flowId: string) => drafted(call('POST /studio/flux/{flowId}/reprise', { path: { flowId } })),
    openDocuments: (flowId: string) => call('GET /studio/flux/{flowId}/documents-en-cours', { path: { flowId } }),
    bringOn: (flowId: string, states: Readonly<Record<string, string>>, apres: string | undefined) =>
      call('POST /studio/flux/{flowId}/passage', {
        path: { flowId },
        body: { states, ...(apres === undefined ? {} : { apres }) },
      }),
    exportAddress: (flowId: string) => address('GET /studio/flux/{flowId}/export', { path: { flowId } }),
    groups: async () => (await items(call('GET /studio/groupes'))).map(grouped),
    saveGroup: async (groupId: string, contents: StudioGroup['contents']) =>
      grouped(await call('PUT /studio/groupes/{groupId}', { path: { groupId }, body: plain(contents) })),
    removeGroup: (groupId: string) => call('DELETE /studio/groupes/{groupId}', { path: { groupId } }),
  },
  documents: {
    // Without « fields » documents come whole.
    list: async (entityId: string, query: DocumentQuery, signal?: AbortSignal) =>
      (await call('GET /entites/{entityId}/documents', {
        path: { entityId },
        query,
        signal,
      })) as Listing<DocumentSummary>,
    create: (entityId: string, flow: string) =>
      call('POST /entites/{entityId}/documents', { path: { entityId }, body: { flow } }),
    get: async (entityId: string, documentId: string) =>
      (await call('GET /entites/{entityId}/documents/{documentId}', {
        path: { entityId, documentId },
      })) as DocumentView,
    save: (entityId: string, documentId: string, version: number, values: Values) =>
      call('PATCH /entites/{entityId}/documents/{documentId}', {
        path: { entityId, documentId },
        body: { version, values },
      }),
    remove: (entityId: string, documentId: string, version: number) =>
      call('DELETE /entites/{entityId}/documents/{documentId}', { path: { entityId, documentId }, query: { version } }),
    perform: (entityId: string, documentId: string, action: string, version: number) =>
      call('POST /entites/{entityId}/documents/{documentId}/actions/{action}', {
        path: { entityId, documentId, action },
        body: { version },
      }),
    /** The address of a page of the remote: go there at once, keep it nowhere. */
    openPage: async (entityId: string, documentId: string, link: string, version: number) => {
      const { url } = await call('POST /entites/{entityId}/documents/{documentId}/pages/{link}', {
        path: { entityId, documentId, link },
        body: { version },
      })
      return url
    },
    removeFile: (entityId: string, documentId: string, field: string, sha256: string, version: number) =>
      call('DELETE /entites/{entityId}/documents/{documentId}/fichiers/{field}/{sha256}', {
        path: { entityId, documentId, field, sha256 },
        query: { version },
      }),
    fileAddress: (entityId: string, documentId: string, field: string, sha256: string) =>
      address('GET /entites/{entityId}/documents/{documentId}/fichiers/{field}/{sha256}', {
        path: { entityId, documentId, field, sha256 },
      }),
    choices: (entityId: string, documentId: string, field: string, by: Values) =>
      call('GET /entites/{entityId}/documents/{documentId}/choix/{field}', {
        path: { entityId, documentId, field },
        query: { valeurs: Object.keys(by).length > 0 ? JSON.stringify(by) : undefined },
      }),
    relations: (entityId: string, documentId: string) =>
      items(call('GET /entites/{entityId}/documents/{documentId}/liens', { path: { entityId, documentId } })),
    journal: (entityId: string, documentId: string, apres?: string) =>
      call('GET /entites/{entityId}/documents/{documentId}/journal', {
        path: { entityId, documentId },
        query: { apres },
      }),
    proofAddress: (entityId: string, seq: number) =>
      address('GET /entites/{entityId}/journal/{seq}/preuve', { path: { entityId, seq: String(seq) } }),
  },
  connectors: {
    types: () => items(call('GET /connecteurs/types')),
    list: (entityId: string) => items(call('GET /entites/{entityId}/connecteurs', { path: { entityId } })),
    get: (entityId: string, instanceId: string) =>
      call('GET /entites/{entityId}/connecteurs/{instanceId}', { path: { entityId, instanceId } }),
    create: (entityId: string, body: made.NewInstance) =>
      call('POST /entites/{entityId}/connecteurs', { path: { entityId }, body }),
    save: (entityId: string, instanceId: string, body: InstanceEdit) =>
      call('PATCH /entites/{entityId}/connecteurs/{instanceId}', { path: { entityId, instanceId }, body }),
    remove: (entityId: string, instanceId: string) =>
      call('DELETE /entites/{entityId}/connecteurs/{instanceId}', { path: { entityId, instanceId } }),
    test: (entityId: string, instanceId: string) =>
      call('POST /entites/{entityId}/connecteurs/{instanceId}/test', { path: { entityId, instanceId } }),
    resume: (entityId: string, instanceId: string) =>
      call('POST /entites/{entityId}/connecteurs/{instanceId}/reprise', { path: { entityId, instanceId } }),
    runSchedule: (entityId: string, instanceId: string, schedule: string) =>
      call('POST /entites/{entityId}/connecteurs/{instanceId}/taches/{schedule}', {
        path: { entityId, instanceId, schedule },
      }),
    recordings: (entityId: string, instanceId: string) =>
      items(
        call('GET /entites/{entityId}/connecteurs/{instanceId}/enregistrements', { path: { entityId, instanceId } }),
      ),
    record: (entityId: string, instanceId: string) =>
      items(
        call('POST /entites/{entityId}/connecteurs/{instanceId}/enregistrements', { path: { entityId, instanceId } }),
      ),
    forgetRecording: (entityId: string, instanceId: string, recordingId: string) =>
      call('DELETE /entites/{entityId}/connecteurs/{instanceId}/enregistrements/{recordingId}', {
        path: { entityId, instanceId, recordingId },
      }),
    recordingAddress: (entityId: string, instanceId: string, recordingId: string) =>
      address('GET /entites/{entityId}/connecteurs/{instanceId}/enregistrements/{recordingId}', {
        path: { entityId, instanceId, recordingId },
      }),
    reports: (entityId: string, instanceId: string) =>
      items(call('GET /entites/{entityId}/connecteurs/{instanceId}/rapports', { path: { entityId, instanceId } })),
    reportAddress: (entityId: string, instanceId: string, reportId: string) =>
      address('GET /entites/{entityId}/connecteurs/{instanceId}/rapports/{reportId}', {
        path: { entityId, instanceId, reportId },
      }),
    associations: (entityId: string) => items(call('GET /entites/{entityId}/associations', { path: { entityId } })),
    associate: (entityId: string, body: made.AssociationChoice) =>
      items(call('PUT /entites/{entityId}/associations', { path: { entityId }, body })),
  },
}
