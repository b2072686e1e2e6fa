import Type from 'typebox'
import { may } from '../../access/rights.ts'
import { fileVersions } from '../../documents/file-versions.ts'
import { SORTS, type IndexedWanted, type StateSort } from '../../documents/list-filters.ts'
import type { CompiledFlow } from '../../engine/model.ts'
import { errors } from '../../errors.ts'
import { readJournal } from '../../journal/read.ts'
import { headed, route } from '../route.ts'
import { journalLine } from './journal.ts'
import { DocumentParams, onDocument, present } from './on-document.ts'
import { relationsFor } from './relations.ts'
import { EntityParams } from './schemas.ts'
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

const INSTANT = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }))

const ListQuery = Type.Object({
  flux: Type.Optional(Type.String({ description: 'Identifiant d’un flux.' })),
  etat: Type.Optional(Type.String({ description: 'Nom complet d’un état.' })),
  sorte: Type.Optional(
    Type.Unsafe<StateSort>({
      type: 'string',
      enum: [...SORTS],
      description:
        'Ce que l’état veut dire : attente (d’un agent, erreurs comprises), erreur, enCours, brouillon, termine.',
    }),
  ),
  etatDepuis: INSTANT('Dans leur état depuis cet instant ou après ; du changement le plus récent au plus ancien.'),
  etatAvant: INSTANT('Dans leur état depuis avant cet instant ; du changement le plus récent au plus ancien.'),
  passePar: Type.Optional(
    Type.String({
      description:
        'Nom complet d’un état de « flux » par lequel ils sont passés ; du passage le plus récent au plus ancien.',
    }),
  ),
  passeDepuis: INSTANT('Passés par cet état à cet instant ou après.'),
  passeAvant: INSTANT('Passés par cet état avant cet instant.'),
  'champ.NOM': Type.Optional(
    Type.String({
      maxLength: 500,
      description:
        'NOM est le nom complet d’un champ indexé : « champ.numero=2026-14 », ou son début suivi d’une étoile, « champ.numero=2026* ». Plusieurs champs se cumulent.',
    }),
  ),
  q: Type.Optional(Type.String({ maxLength: 500, description: 'Recherche en texte intégral.' })),
  creeDepuis: INSTANT('Créés à cet instant ou après.'),
  creeAvant: INSTANT('Créés avant cet instant.'),
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

const instant = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text))

const FIELD = 'champ.'
const SHORTEST_BEGINNING = 2

/** `champ.<nom>=valeur`: a field that no flow indexes would find nothing and say nothing. */
const indexedIn = (query: object, flows: readonly CompiledFlow[]): readonly IndexedWanted[] =>
  Object.entries(query).flatMap(([name, value]) => {
    if (!name.startsWith(FIELD)) return []
    const field = name.slice(FIELD.length)
    const refuse = (message: string) => errors.badRequest({ fields: [{ field: name, code: 'invalide', message }] })
    if (typeof value !== 'string' || value.trim() === '') throw refuse('Donnez une valeur, et une seule.')
    if (!flows.some(flow => flow.fields[field]?.options.index))
      throw refuse(`« ${field} » n'est pas un champ indexé des flux que vous pouvez lire : vérifiez son nom.`)
    if (value.endsWith('*') && value.length <= SHORTEST_BEGINNING)
      throw refuse(`Donnez au moins ${SHORTEST_BEGINNING} caractères avant l'étoile.`)
    return [{ field, value }]
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
      const readable = flows.list().filter(({ id }) => may(rights, `${id}:lecture`))
      const asked = readAsked(query, ListedPage.properties.items.items.anyOf[0], ['values', 'files'])
      if (query.passePar !== undefined && query.flux === undefined)
        throw errors.badRequest({ detail: 'Avec « passePar », donnez aussi « flux » : un état est celui d’un flux.' })
      const wanted = query.flux === undefined ? readable : readable.filter(({ id }) => id === query.flux)
      const { items, next } = await documents.list({
        entityId,
        readable: wanted.map(({ id }) => id),
        flow: query.flux,
        state: query.etat,
        sort: query.sorte,
        createdFrom: instant(query.creeDepuis),
        createdBefore: instant(query.creeAvant),
        stateFrom: instant(query.etatDepuis),
        stateBefore: instant(query.etatAvant),
        passed:
          query.passePar === undefined
            ? undefined
            : { state: query.passePar, from: instant(query.passeDepuis), before: instant(query.passeAvant) },
        indexed: indexedIn(query, readable),
        text: query.q,
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
          journal: (await readJournal(db, params)).lines.map(line => journalLine(documents.flowOf(document), line)),
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
