import { errors } from '../../errors.ts'
import { route } from '../route.ts'
import { DocumentParams, onDocument, present } from './on-document.ts'
import { DocumentView } from './schemas.ts'

export const duplicateRoutes = [
  route({
    method: 'POST',
    path: '/entites/:entityId/documents/:documentId/copies',
    summary: 'Dupliquer un document : un nouveau brouillon, avec ce qu’un agent y avait saisi et ses fichiers',
    params: DocumentParams,
    can: onDocument('edition'),
    refusals: [errors.flowNotFound, errors.conflict],
    response: DocumentView,
    status: 201,
    async handle(context) {
      const { params, caller, services } = context
      return present(await services.duplicate({ ...params, by: caller.id }), context)
    },
  }),
]
