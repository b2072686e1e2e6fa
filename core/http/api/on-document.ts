import { may } from '../../access/rights.ts'
import { errors } from '../../errors.ts'
import type { ErasedContext } from '../route.ts'

type DocumentContext = Pick<ErasedContext, 'rights' | 'services'> & {
  readonly params: { readonly entityId: string; readonly documentId: string }
}

/**
 * The right to do something to a document depends on its flow: `can: onDocument('edition')`. Without the right to read it, the
 * document is « introuvable », like one that does not exist.
 */
export const onDocument =
  (verb: 'lecture' | 'edition') =>
  async ({ params: { entityId, documentId }, rights, services: { documents } }: DocumentContext): Promise<string> => {
    const flow = await documents.flowOf(entityId, documentId)
    if (!may(rights, `${flow}:lecture`)) throw errors.documentNotFound()
    return `${flow}:${verb}`
  }
