import type { Clock } from '../authoring/context.ts'
import { localDay } from '../authoring/days.ts'
import { defaults } from '../engine/form.ts'
import { isEmpty } from '../engine/inputs.ts'
import type { CompiledField, CompiledFlow, Document } from '../engine/model.ts'
import { blank, settle } from '../engine/settle.ts'
import { problemOf } from '../engine/values.ts'
import { errors } from '../errors.ts'
import { noNewDocument, type FlowRegistry } from '../flows/registry.ts'
import { newDocumentId } from './ids.ts'
import type { Documents, Where } from './service.ts'
import type { StoredDocuments } from './store.ts'

/** Makes a draft out of another document. */
export type Duplicate = (what: Where & { readonly by: string }) => Promise<Document>

/** What an agent fills in; a secret belongs to one document. */
const isCopied = ({ kind, options }: CompiledField): boolean =>
  !options.computed && kind !== 'secret' && kind !== 'secretFile'

/** The values that the current version of the flow still accepts, files included: a draft may be incomplete, not wrong. */
export const copied = (flow: CompiledFlow, { data }: Document, now: Date): Document['data'] =>
  Object.fromEntries(
    Object.values(flow.fields).flatMap(field => {
      const value = data[field.name]
      const kept = isCopied(field) && !isEmpty(value) && problemOf(field, value, localDay(now)) === undefined
      return kept ? [[field.name, value]] : []
    }),
  )

/** @throws errors.documentNotFound, errors.flowNotFound, errors.conflict when nobody may begin a document of that flow any more */
export const createDuplicate =
  ({
    documents,
    store,
    flows,
    clock,
  }: {
    readonly documents: Pick<Documents, 'get'>
    readonly store: Pick<StoredDocuments, 'create'>
    readonly flows: FlowRegistry
    readonly clock: Clock
  }): Duplicate =>
  async ({ by, ...where }) => {
    const origin = await documents.get(where)
    const flow = flows.current(origin.flowId)
    if (!flow) throw errors.flowNotFound()
    const refusal = noNewDocument(flows, flow)
    if (refusal !== undefined) throw errors.conflict({ detail: refusal })
    const now = clock.now()
    const data = { ...defaults(flow, now), ...copied(flow, origin, now) }
    const draft = blank(flow, { id: newDocumentId(), entityId: where.entityId, createdBy: by }, data, now)
    const message = `Document créé par copie de « ${origin.title} » (${origin.id})`
    return store.create(settle(flow, draft, { is: 'created', by, message }, now))
  }
