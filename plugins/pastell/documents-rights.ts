import { EntityModel, may, Problem, rightsOf, type CompiledFlow, type Document, type Rights } from '#core'
import type { Call } from './call.ts'
import { badRequest, forbidden, noAccess, notFound } from './http/errors.ts'
import { flowNamed, namesOf } from './names.ts'

const isId = (text: string): boolean => /^\d{1,18}$/u.test(text)
/** Anything else designates nothing, and is not for the database. */
const isDocumentId = (text: string): boolean => /^[\w-]{1,64}$/u.test(text)

/** An entity, and what the caller may do there. */
export interface OnEntity {
  readonly entityId: string
  readonly rights: Rights
}

/** @throws PastellError 400 without an entity, 403 when it is not to be read: unknown or out of reach, both look the same */
export const onEntity = async ({ services, caller }: Call, entityId: string | undefined): Promise<OnEntity> => {
  if (entityId === undefined || entityId === '') throw badRequest('id_e est obligatoire')
  const rights = isId(entityId) ? await rightsOf(services.db, caller, entityId) : new Set<string>()
  if (!may(rights, 'entite:lecture')) throw noAccess(entityId, 'entite:lecture', caller.id)
  return { entityId, rights }
}

/** @throws PastellError 403 in Pastell's words */
export const need = ({ caller }: Call, { entityId, rights }: OnEntity, flow: CompiledFlow, verb: string): void => {
  if (!may(rights, `${flow.id}:${verb}`)) throw noAccess(entityId, `${namesOf(flow).flow}:${verb}`, caller.id)
}

/** The folder type that a call names. @throws PastellError 403, for an unknown one as well */
export const typeOf = (call: Call, on: OnEntity, type: string, verb: string): CompiledFlow => {
  const flow = flowNamed(call.services.flows.list(), type)
  if (!flow) throw noAccess(on.entityId, `${type}:${verb}`, call.caller.id)
  need(call, on, flow, verb)
  return flow
}

/** The folder types that may be read there. */
export const readable = ({ services }: Call, { rights }: OnEntity): readonly CompiledFlow[] =>
  services.flows.list().filter(flow => may(rights, `${flow.id}:lecture`))

export interface OnDocument extends OnEntity {
  readonly document: Document
  readonly flow: CompiledFlow
}

/** A document of this very entity, which the caller may edit: Pastell asks for that even to read it. */
export const onDocument = async (
  call: Call,
  {
    entityId: given,
    documentId = '',
    verb = 'edition',
    missing,
  }: {
    readonly entityId: string | undefined
    readonly documentId: string | undefined
    readonly verb?: string
    /** What is said when it is not there. */
    readonly missing?: string
  },
): Promise<OnDocument> => {
  const on = await onEntity(call, given)
  const unknown = notFound(missing ?? `Le document ${documentId} n'appartient pas à l'entité ${on.entityId}`)
  if (!isDocumentId(documentId)) throw unknown
  try {
    const document = await call.services.documents.get({ entityId: on.entityId, documentId })
    const flow = call.services.documents.flowOf(document)
    need(call, on, flow, verb)
    return { ...on, document, flow }
  } catch (error) {
    if (error instanceof Problem && error.status === 404) throw unknown
    throw error
  }
}

/** @throws PastellError 403 when no document may be created there any more */
export const activeEntity = async ({ services }: Call, entityId: string): Promise<EntityModel> => {
  const entity = await EntityModel.query(services.db).findById(entityId)
  if (!entity) throw notFound(`L'entité ${entityId} n'existe pas`)
  if (!entity.active) throw forbidden(`L'entité ${entityId} est désactivée`)
  return entity
}
