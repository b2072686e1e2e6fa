import Type from 'typebox'
import { errors } from '../../errors.ts'
import { FileTooLargeError } from '../../files/errors.ts'
import { sendFile } from '../download.ts'
import { route } from '../route.ts'
import { actingOn, DocumentParams, VersionQuery } from './documents.ts'
import { onDocument } from './on-document.ts'
import { DocumentView, FieldName, Sha256 } from './schemas.ts'

const FieldParams = Type.Object({ ...DocumentParams.properties, field: FieldName })
const FileParams = Type.Object({ ...FieldParams.properties, sha256: Sha256 })

export const fileRoutes = [
  route({
    method: 'PUT',
    path: '/entites/:entityId/documents/:documentId/fichiers/:field',
    summary: 'Déposer un fichier : il remplace le précédent, ou s’ajoute à un champ qui en compte plusieurs',
    params: FieldParams,
    query: Type.Object({
      ...VersionQuery.properties,
      nom: Type.String({ minLength: 1, maxLength: 255, description: 'Nom du fichier, extension comprise.' }),
    }),
    can: onDocument('edition'),
    upload: 'application/octet-stream',
    response: DocumentView,
    handle(context) {
      const { params, query, request, services } = context
      const maxBytes = services.settings.uploadLimit
      // Announced too large: refused before a byte is read.
      if ((request.length ?? 0) > maxBytes)
        throw errors.fileTooLarge({ detail: new FileTooLargeError(query.nom, maxBytes).message })
      return services.documents.addFile(
        { ...actingOn(context), version: query.version },
        { field: params.field, name: query.nom, content: request.stream, maxBytes },
      )
    },
  }),
  route({
    method: 'DELETE',
    path: '/entites/:entityId/documents/:documentId/fichiers/:field/:sha256',
    summary: 'Retirer un fichier',
    params: FileParams,
    query: VersionQuery,
    can: onDocument('edition'),
    response: DocumentView,
    handle: context =>
      context.services.documents.removeFile({ ...actingOn(context), version: context.query.version }, context.params),
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/documents/:documentId/fichiers/:field/:sha256',
    summary: 'Télécharger un fichier, en entier ou par plages',
    params: FileParams,
    can: onDocument('lecture'),
    produces: 'application/octet-stream',
    async handle(context) {
      const { params, request, services } = context
      return sendFile(request, services.files, await services.documents.file(actingOn(context), params))
    },
  }),
]
