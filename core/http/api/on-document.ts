import type { Static } from 'typebox'
import Type from 'typebox'
import { may } from '../../access/rights.ts'
import { DocumentModel } from '../../documents/model.ts'
import { documentView, type DocumentView, type Viewer } from '../../documents/views.ts'
import type { Document } from '../../engine/model.ts'
import { errors } from '../../errors.ts'
import type { Caller } from '../../access/caller.ts'
import type { IncomingRequest } from '../incoming.ts'
import { headed, type ErasedContext, type HeadedAnswer } from '../route.ts'
import { Id } from './schemas.ts'

export const DocumentParams = Type.Object({ entityId: Id, documentId: Type.String({ minLength: 1, maxLength: 64 }) })
const Version = Type.Optional(
  Type.Integer({
    minimum: 0,
    description: 'Version lue, si elle n’est pas dans l’en-tête If-Match : une plus récente fait refuser la demande.',
  }),
)
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

interface Changing {
  readonly params: Static<typeof DocumentParams>
  readonly caller: Caller
  readonly request: Pick<IncomingRequest, 'headers'>
}

/** The version that the caller saw: in `If-Match`, as the `ETag` of what they read, or beside the values. */
export const versionSeen = ({ request }: Pick<Changing, 'request'>, given: number | undefined): number => {
  const header = request.headers['if-match']
  const seen = header === undefined ? given : Number(/^"(\d+)"$/u.exec(header)?.[1] ?? Number.NaN)
  if (seen === undefined)
    throw errors.badInput({
      fields: [
        { field: 'version', code: 'required', message: 'Indiquez la version lue, ici ou dans l’en-tête If-Match.' },
      ],
    })
  if (Number.isNaN(seen)) throw errors.badRequest({ detail: 'If-Match porte l’ETag du document lu : "12".' })
  return seen
}

/** Who changes which document, and which version they saw. */
export const changeOf = (context: Changing, version: number | undefined) => ({
  entityId: context.params.entityId,
  documentId: context.params.documentId,
  by: context.caller.id,
  version: versionSeen(context, version),
})

/** What the caller may do to the documents of a flow, by verb (`edition`, `teletransmettre`…). */
export const viewerOf = (flowId: string, { rights }: Context): Viewer => ({
  may: verb => may(rights, `${flowId}:${verb}`),
})

/** The document as this caller sees it: fields open to them, buttons and the reason of those that are not. Its version is its ETag. */
export const present = (document: Document, context: Context): HeadedAnswer<DocumentView> => {
  const { documents, clock } = context.services
  const viewer = viewerOf(document.flowId, context)
  const body = documentView(documents.flowOf(document), document, viewer, clock.now())
  return headed({ body, headers: { ETag: `"${document.version}"` } })
}
