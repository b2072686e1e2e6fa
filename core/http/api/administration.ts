import Type from 'typebox'
import { route } from '../route.ts'
import { changeOf, DocumentParams, present, Version } from './on-document.ts'
import { DocumentView, exactly, FieldName, said } from './schemas.ts'

/** What an administrator does when the course of things cannot: always journalled, with its reason. */
export const administrationRoutes = [
  route({
    method: 'POST',
    path: '/entites/:entityId/documents/:documentId/etat',
    summary: 'Forcer l’état d’un document',
    description:
      'Le motif est inscrit au journal avec l’auteur, et la tâche automatique du nouvel état est programmée. Un envoi en cours dont la réponse arriverait ensuite est ignoré.',
    params: DocumentParams,
    can: 'system:edition',
    body: exactly('ForcedState', {
      version: Version,
      state: said('Nom complet de l’état voulu.', FieldName),
      reason: Type.String({ minLength: 5, maxLength: 500, description: 'Motif, lu plus tard dans le journal.' }),
    }),
    example: { version: 1, state: 'brouillon', reason: 'Repris à la demande du service.' },
    response: DocumentView,
    async handle(context) {
      const { version, state, reason } = context.body
      const change = { ...changeOf(context, version), by: context.caller.id }
      return present(await context.services.documents.force({ ...change, state, reason }), context)
    },
  }),
]
