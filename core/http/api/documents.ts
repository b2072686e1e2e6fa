import Type from 'typebox'
import { may } from '../../access/rights.ts'
import { errors } from '../../errors.ts'
import type { Caller } from '../../access/caller.ts'
import type { Rights } from '../../access/rights.ts'
import { route } from '../route.ts'
import { onDocument } from './on-document.ts'
import { Choices, DocumentPage, DocumentView, EntityParams, exactly, FieldName, Id, JournalPage } from './schemas.ts'

export const DocumentParams = Type.Object({ entityId: Id, documentId: Type.String({ minLength: 1, maxLength: 64 }) })
const FieldParams = Type.Object({ ...DocumentParams.properties, field: FieldName })
const ActionParams = Type.Object({ ...DocumentParams.properties, action: FieldName })
const Version = Type.Integer({ minimum: 0, description: 'Version lue : une plus récente fait refuser la demande.' })
export const VersionQuery = Type.Object({ version: Version })
const Values = Type.Record(FieldName, Type.Unknown(), { additionalProperties: false })

/** Who acts on which document, as the services want it. */
export const actingOn = <P extends { readonly entityId: string }>({
  params,
  caller,
  rights,
}: {
  readonly params: P
  readonly caller: Caller
  readonly rights: Rights
}) => ({ ...params, userId: caller.id, rights })

export const documentRoutes = [
  route({
    method: 'GET',
    path: '/entites/:entityId/documents',
    summary: 'Lister les documents d’une entité, du plus récent au plus ancien',
    params: EntityParams,
    query: Type.Object({
      flux: Type.Optional(Type.String({ description: 'Identifiant d’un flux.' })),
      etat: Type.Optional(Type.String({ description: 'Nom complet d’un état.' })),
      q: Type.Optional(Type.String({ maxLength: 500, description: 'Recherche en texte intégral.' })),
      apres: Type.Optional(Type.String({ maxLength: 500, description: 'Valeur « next » de la page précédente.' })),
      limite: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
    }),
    response: DocumentPage,
    handle({ params, query, rights, services: { flows, documents } }) {
      const readable = flows.list().flatMap(({ id }) => (may(rights, `${id}:lecture`) ? [id] : []))
      return documents.list(params.entityId, {
        flows: query.flux === undefined ? readable : readable.filter(id => id === query.flux),
        state: query.etat,
        text: query.q,
        after: query.apres,
        limit: query.limite,
      })
    },
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/documents',
    summary: 'Créer un document',
    params: EntityParams,
    body: exactly('NewDocument', { flow: Type.String({ maxLength: 100 }), values: Type.Optional(Values) }),
    response: DocumentView,
    status: 201,
    can({ body, rights, services: { flows } }) {
      if (!flows.current(body.flow) || !may(rights, `${body.flow}:lecture`)) throw errors.flowNotFound()
      return `${body.flow}:edition`
    },
    handle: context => {
      const { flow, values = {} } = context.body
      return context.services.documents.create(actingOn(context), { flow, values })
    },
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/documents/:documentId',
    summary: 'Lire un document : valeurs, pages, cheminement, actions possibles',
    params: DocumentParams,
    can: onDocument('lecture'),
    response: DocumentView,
    handle: context => context.services.documents.view(actingOn(context)),
  }),
  route({
    method: 'PATCH',
    path: '/entites/:entityId/documents/:documentId',
    summary: 'Modifier des valeurs d’un document',
    params: DocumentParams,
    can: onDocument('edition'),
    body: exactly('DocumentEdition', { version: Version, values: Values }),
    response: DocumentView,
    handle: context =>
      context.services.documents.edit({ ...actingOn(context), version: context.body.version }, context.body.values),
  }),
  route({
    method: 'DELETE',
    path: '/entites/:entityId/documents/:documentId',
    summary: 'Supprimer un document (son journal reste)',
    params: DocumentParams,
    query: VersionQuery,
    can: onDocument('edition'),
    status: 204,
    handle: context => context.services.documents.remove({ ...actingOn(context), version: context.query.version }),
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/documents/:documentId/actions/:action',
    summary: 'Demander une action (envoyer, poursuivre, ou <étape>.<tâche>)',
    params: ActionParams,
    can: onDocument('edition'),
    body: exactly('Ask', { version: Version }),
    response: DocumentView,
    status: 202,
    handle: context =>
      context.services.documents.perform(
        { ...actingOn(context), version: context.body.version },
        context.params.action,
      ),
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/documents/:documentId/choix/:field',
    summary: 'Lire les choix qu’un service distant propose pour un champ',
    params: FieldParams,
    can: onDocument('lecture'),
    response: Choices,
    handle: context => context.services.documents.choices(actingOn(context), context.params.field),
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/documents/:documentId/journal',
    summary: 'Lire le journal d’un document, du plus récent au plus ancien',
    params: DocumentParams,
    query: Type.Object({ apres: Type.Optional(Type.String({ pattern: '^[0-9]{1,18}$' })) }),
    can: onDocument('lecture'),
    response: JournalPage,
    handle: context => context.services.documents.journal(actingOn(context), context.query.apres),
  }),
]
