import Type from 'typebox'
import { filesHeld, type FileRef } from '../../authoring/values.ts'
import type { Document } from '../../engine/model.ts'
import { errors } from '../../errors.ts'
import { DOWNLOAD_ANSWERS, DownloadHeaders, sendFile } from '../download.ts'
import { route } from '../route.ts'
import { receiveFile } from '../upload.ts'
import { changeOf, DocumentParams, onDocument, present, VersionQuery } from './on-document.ts'
import { DocumentView, FieldName, Sha256 } from './schemas.ts'

const FieldParams = Type.Object({ ...DocumentParams.properties, field: FieldName })
export const FileParams = Type.Object({ ...FieldParams.properties, sha256: Sha256 })

/** The file that the document holds there: knowing the digest of another document's file gives nothing. */
export const fileOf = (document: Document, field: string, sha256: string): FileRef => {
  const found = filesHeld(document.data[field]).find(file => file.sha256 === sha256)
  if (!found) throw errors.fileNotFound()
  return found
}

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
    async handle(context) {
      const { params, query, request, services } = context
      const { documents, files, settings } = services
      const document = await documents.get(params)
      // Somebody was faster: said before the file travels, and again by the commit.
      const seen = changeOf(context, query.version)
      if (document.version !== seen.version) throw errors.documentMoved()
      const limit = documents.flowOf(document).fields[params.field]?.options.maxBytes ?? Infinity
      const maxBytes = Math.min(limit, settings.uploadLimit)
      const file = await receiveFile(request, files, { name: query.nom, maxBytes })
      const change = { ...seen, field: params.field, file }
      return present(await documents.putFile(change), context)
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
    async handle(context) {
      const { params, query, services } = context
      const { field, sha256 } = params
      return present(
        await services.documents.removeFile({ ...changeOf(context, query.version), field, sha256 }),
        context,
      )
    },
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/documents/:documentId/fichiers/:field/:sha256',
    summary: 'Télécharger un fichier, en entier ou par plages',
    description: 'Repr-Digest et ETag portent l’empreinte SHA-256 du fichier.',
    params: FileParams,
    headers: DownloadHeaders,
    alsoAnswers: DOWNLOAD_ANSWERS,
    can: onDocument('lecture'),
    produces: 'application/octet-stream',
    refusals: [errors.badRange],
    async handle({ params, request, services }) {
      const document = await services.documents.get(params)
      return sendFile(request, services.files, fileOf(document, params.field, params.sha256))
    },
  }),
]
