import Type from 'typebox'
import { fileVersions } from '../../documents/file-versions.ts'
import type { CompiledFlow } from '../../engine/model.ts'
import { readJournal } from '../../journal/read.ts'
import { headed, route } from '../route.ts'
import { journalLines } from './journal.ts'
import { DocumentParams, onDocument, present } from './on-document.ts'
import { relationsFor } from './relations.ts'
import { EntityParams } from './schemas.ts'
import { readableFlows, searchIn, SearchParameters } from './search-criteria.ts'
import {
  DetailedDocument,
  FIELDS,
  fileVersionView,
  ListedPage,
  pick,
  readAsked,
  SparseDocument,
  type Asked,
} from './sparse.ts'

const ListQuery = Type.Object({
  ...SearchParameters,
  fields: FIELDS,
  include: Type.Optional(
    Type.String({
      maxLength: 100,
      description: 'values (valeurs des champs indexés), files (fichiers présents) : ajoutés à chaque document.',
    }),
  ),
  apres: Type.Optional(Type.String({ maxLength: 500, description: 'Valeur « next » de la page précédente.' })),
  limite: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
})

/** The values that a list gives with each document. */
const valuesAsked = ({ values, include }: Asked, flows: readonly CompiledFlow[]): readonly string[] => {
  if (values) return values
  if (!include.has('values')) return []
  const indexed = flows.flatMap(flow => Object.values(flow.fields).filter(({ options }) => options.index))
  return [...new Set(indexed.map(({ name }) => name))]
}

export const documentReadingRoutes = [
  route({
    method: 'GET',
    path: '/entites/:entityId/documents',
    summary: 'Lister les documents d’une entité, du plus récent au plus ancien',
    description: 'Les critères se cumulent. La suite se demande avec « apres », sous les mêmes critères.',
    params: EntityParams,
    query: ListQuery,
    response: ListedPage,
    async handle({ params: { entityId }, query, rights, services: { db, flows, documents } }) {
      const readable = readableFlows(flows, rights)
      const asked = readAsked(query, ListedPage.properties.items.items.anyOf[0], ['values', 'files'])
      const wanted = query.flux === undefined ? readable : readable.filter(({ id }) => id === query.flux)
      const { items, next } = await documents.list({
        ...searchIn(query, readable),
        entityId,
        readable: wanted.map(({ id }) => id),
        values: valuesAsked(asked, wanted),
        after: query.apres,
        limit: query.limite,
      })
      const documentIds = items.map(({ id }) => id)
      const files = asked.include.has('files') ? await fileVersions(db, { entityId, documentIds }, 'held') : undefined
      const whole = items.map(item => ({
        ...item,
        ...(files && { files: files.filter(each => each.documentId === item.id).map(fileVersionView) }),
      }))
      return { items: whole.map(item => pick(item, asked)), next }
    },
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/documents/:documentId',
    summary: 'Lire un document : valeurs, pages, cheminement, actions possibles',
    params: DocumentParams,
    query: Type.Object({
      fields: FIELDS,
      include: Type.Optional(
        Type.String({
          maxLength: 100,
          description:
            'journal (ses dernières lignes), files (toutes les versions de ses fichiers), relations (documents liés), séparés par des virgules.',
          examples: ['journal,files'],
        }),
      ),
    }),
    can: onDocument('lecture'),
    response: Type.Union([DetailedDocument, SparseDocument]),
    async handle(context) {
      const { params, query, services } = context
      const { db, documents } = services
      const asked = readAsked(query, DetailedDocument, ['journal', 'files', 'relations'])
      const document = await documents.get(params)
      const { body, headers } = present(document, context)
      const { entityId, documentId } = params
      const included = {
        ...(asked.include.has('journal') && {
          journal: await journalLines(
            db,
            params.entityId,
            documents.flowOf(document),
            (await readJournal(db, params)).lines,
          ),
        }),
        ...(asked.include.has('files') && {
          files: (await fileVersions(db, { entityId, documentIds: [documentId] }, 'ever')).map(fileVersionView),
        }),
        ...(asked.include.has('relations') && { relations: await relationsFor(params, context) }),
      }
      return headed({ body: pick({ ...body, ...included }, asked), headers })
    },
  }),
]
