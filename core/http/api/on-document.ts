import type { Static } from 'typebox'
import Type from 'typebox'
import { may } from '../../access/rights.ts'
import { DocumentModel } from '../../documents/model.ts'
import { documentView, type DocumentView, type Viewer } from '../../documents/views.ts'
import type { Document } from '../../engine/model.ts'
import { errors } from '../../errors.ts'
import type { Caller } from '../../access/caller.ts'
import type { ErasedContext } from '../route.ts'
import { Id } from './schemas.ts'

export const DocumentParams = Type.Object({ entityId: Id, documentId: Type.String({ minLength: 1, maxLength: 64 }) })
const Version = Type.Integer({ minimum: 0, description: 'Version lue : une plus récente fait refuser la demande.' })
export const VersionQuery = Type.Object({ version: Version })
export { Version }

type Context = Pick<ErasedContext, 'rights' | 'services'>

/**
 * The right to do something to a document depends on its flow: `can: onDocument('edition')`. Without the right to read it, the
 * document is « introuvable », like one that does not exist.
 */
export const onDocument =
  (verb: 'lecture' | 'edition') =>
  async ({
    params: { entityId, documentId },
    rights,
    services: { db },
  }: Context & { readonly params: Static<typeof DocumentParams> }): Promise<string> => {
    const document = await DocumentModel.query(db).findById([entityId, documentId]).select('flowId')
    if (!document || !may(rights, `${document.flowId}:lecture`)) throw errors.documentNotFound()
    return `${document.flowId}:${verb}`
  }

/** Who changes which document, and which version they saw. */
export const changeOf = (
  { params, caller }: { readonly params: Static<typeof DocumentParams>; readonly caller: Caller },
  version: number,
) => ({ entityId: params.entityId, documentId: params.documentId, by: caller.id, version })

/** What the caller may do to the documents of a flow, by verb (`edition`, `teletransmettre`…). */
export const viewerOf = (flowId: string, { rights }: Context): Viewer => ({
  may: verb => may(rights, `${flowId}:${verb}`),
})

/** The document as this caller sees it: fields open to them, buttons and the reason of those that are not. */
export const present = (document: Document, context: Context): DocumentView => {
  const { documents, clock } = context.services
  return documentView(documents.flowOf(document), document, viewerOf(document.flowId, context), clock.now())
}
