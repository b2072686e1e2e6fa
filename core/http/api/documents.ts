import Type from 'typebox'
import { may } from '../../access/rights.ts'
import type { CompiledFlow } from '../../engine/model.ts'
import { errors } from '../../errors.ts'
import { nothing, route, type ErasedContext } from '../route.ts'
import { receiveForm } from '../upload.ts'
import { queryCheck } from '../validation.ts'
import { changeOf, DocumentParams, onDocument, present, Version, VersionQuery, viewerOf } from './on-document.ts'
import { Choices, DocumentView, EntityParams, exactly, FieldName, text } from './schemas.ts'

const Values = Type.Record(FieldName, Type.Unknown(), {
  additionalProperties: false,
  description:
    'Valeurs, par nom complet de champ ; un fichier déposé : {"upload": "…"}. Les champs absents ne changent pas.',
})

const valuesCheck = queryCheck(Values)

/** @throws errors.badRequest when it is not a JSON object */
const valuesIn = (text: string | undefined): Readonly<Record<string, unknown>> | undefined => {
  if (text === undefined) return undefined
  try {
    return valuesCheck(JSON.parse(text))
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw errors.badRequest({ detail: 'Le paramètre « valeurs » est un objet JSON : {"champ": "valeur"}.', cause })
  }
}

/** The files of a form, put in the store. */
const filesOf = async (
  { files: parts, services: { files, settings } }: Pick<ErasedContext, 'files' | 'services'>,
  flow: CompiledFlow | undefined,
) => (flow ? receiveForm(parts, flow, { files, maxBytes: settings.uploadLimit }) : undefined)

export const documentRoutes = [
  route({
    method: 'POST',
    path: '/entites/:entityId/documents',
    summary: 'Créer un document',
    params: EntityParams,
    body: exactly('NewDocument', {
      flow: Type.String({ maxLength: 100, description: 'Identifiant du flux.' }),
      values: Type.Optional(Values),
    }),
    form: 'multipart',
    example: { flow: 'note', values: { objet: 'Subvention à l’école de musique' } },
    refusals: [errors.conflict, errors.entityInactive],
    response: DocumentView,
    status: 201,
    can({ body, rights, services: { flows } }) {
      if (!flows.current(body.flow) || !may(rights, `${body.flow}:lecture`)) throw errors.flowNotFound()
      return `${body.flow}:edition`
    },
    async handle(context) {
      const { params, body, caller, services } = context
      const received = await filesOf(context, services.flows.current(body.flow))
      const document = await services.documents.create({ ...params, ...body, received, by: caller.id })
      return present(document, context)
    },
  }),
  route({
    method: 'PATCH',
    path: '/entites/:entityId/documents/:documentId',
    summary: 'Modifier des valeurs d’un document',
    params: DocumentParams,
    can: onDocument('edition'),
    body: exactly('DocumentEdition', { version: Version, values: Type.Optional(Values) }),
    form: 'multipart',
    example: { version: 1, values: { objet: 'Subvention à l’école de musique' } },
    response: DocumentView,
    async handle(context) {
      const { documents } = context.services
      const { version, values = {} } = context.body
      const change = changeOf(context, version)
      const document = await documents.get(context.params)
      // Somebody was faster: said before the files travel, and again by the commit.
      if (document.version !== change.version) throw errors.documentMoved()
      const received = await filesOf(context, documents.flowOf(document))
      const edited = await documents.edit({ ...change, values, received })
      return present(edited, context)
    },
  }),
  route({
    method: 'DELETE',
    path: '/entites/:entityId/documents/:documentId',
    summary: 'Supprimer un document (son journal reste)',
    params: DocumentParams,
    query: VersionQuery,
    can: onDocument('edition'),
    status: 204,
    async handle(context) {
      const change = changeOf(context, context.query.version)
      await context.services.documents.act({ ...change, action: 'supprimer', may: () => true })
    },
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/documents/:documentId/actions/:action',
    summary: 'Demander une action (envoyer, poursuivre, ou <étape>.<tâche>)',
    description:
      'La suppression répond 204 ; toute autre action répond 202 avec le document, que la suite fera avancer.',
    params: Type.Object({ ...DocumentParams.properties, action: FieldName }),
    can: onDocument('edition'),
    body: exactly('Ask', { version: Version }),
    example: { version: 1 },
    response: DocumentView,
    status: 202,
    async handle(context) {
      const { params, body, services } = context
      const { flowId } = await services.documents.get(params)
      const change = { ...changeOf(context, body.version), ...viewerOf(flowId, context), action: params.action }
      const document = await services.documents.act(change)
      return document ? present(document, context) : nothing()
    },
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/documents/:documentId/pages/:link',
    summary: 'Obtenir l’adresse d’une page du service distant, bonne pour cette fois (action qui porte « opens »)',
    description: 'L’adresse peut identifier son porteur : y aller aussitôt, ne la garder nulle part.',
    params: Type.Object({ ...DocumentParams.properties, link: FieldName }),
    can: onDocument('edition'),
    body: exactly('OpenPage', { version: Version }),
    example: { version: 1 },
    replay: 'never',
    refusals: [errors.remoteUnavailable],
    response: Type.Object({ url: text('Adresse de la page.') }),
    async handle(context) {
      const { params, body, services } = context
      const { flowId } = await services.documents.get(params)
      const change = { ...changeOf(context, body.version), ...viewerOf(flowId, context), link: params.link }
      const page = `/entites/${params.entityId}/documents/${encodeURIComponent(params.documentId)}`
      const returnTo = new URL(page, services.settings.publicUrl).href
      return { url: await services.links.open({ ...change, returnTo }) }
    },
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/documents/:documentId/choix/:field',
    summary: 'Lire les choix qu’un service distant propose pour un champ',
    params: Type.Object({ ...DocumentParams.properties, field: FieldName }),
    query: Type.Object({
      valeurs: Type.Optional(
        Type.String({
          maxLength: 2_000,
          description:
            'Objet JSON : valeurs pas encore enregistrées des champs dont dépend la liste (« by » du champ), par nom complet.',
        }),
      ),
    }),
    can: onDocument('lecture'),
    refusals: [errors.conflict, errors.remoteUnavailable],
    response: Choices,
    async handle({ params, query, services: { documents } }) {
      const { choices, fetchedAt } = await documents.choices({ ...params, values: valuesIn(query.valeurs) })
      return { choices, fetchedAt: fetchedAt.toISOString() }
    },
  }),
]
