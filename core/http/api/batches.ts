import Type from 'typebox'
import { errors } from '../../errors.ts'
import { MOST_DOCUMENTS, type Batch, type Item } from '../../documents/batches/model.ts'
import type { Selection } from '../../documents/batches/selection.ts'
import type { Asking } from '../../documents/batches/service.ts'
import { may, type Rights } from '../../access/rights.ts'
import type { Caller } from '../../access/caller.ts'
import { route, type ErasedContext } from '../route.ts'
import { receiveFile } from '../upload.ts'
import { BatchItemPage, BatchPage, BatchView, SelectionOfferView } from './batches-schemas.ts'
import { EntityParams, exactly, FieldName, Id, listOf, said } from './schemas.ts'
import { readableFlows, SearchBody, searchIn, type SearchCriteria } from './search-criteria.ts'

const BatchParams = Type.Object({ entityId: Id, batchId: Id })

const selection = {
  documents: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      maxItems: MOST_DOCUMENTS,
      description: 'Identifiants des documents ; laissé de côté, tous ceux de la recherche.',
    }),
  ),
  recherche: Type.Optional(
    Type.Unsafe<SearchCriteria>({
      ...SearchBody,
      description: `Critères de la liste des documents ; ${MOST_DOCUMENTS} documents au plus.`,
    }),
  ),
}

interface Chosen {
  readonly documents?: readonly string[]
  readonly recherche?: SearchCriteria
}

/** One of the two ways to choose, and one only. */
const selectionOf = ({ documents, recherche }: Chosen, { rights, services: { flows } }: Asked): Selection => {
  if (documents && recherche === undefined) return { documents }
  if (recherche && documents === undefined)
    return { search: searchIn(recherche, readableFlows(flows, rights), errors.badInput) }
  throw errors.badInput({
    fields: [
      {
        field: 'documents',
        code: 'choix',
        message: 'Indiquez « documents » ou « recherche », l’un des deux seulement.',
      },
    ],
  })
}

type Asked = Pick<ErasedContext, 'rights' | 'services'>

interface Context {
  readonly params: { readonly entityId: string }
  readonly caller: Caller
  readonly rights: Rights
}

const askingOf = ({ params, caller, rights }: Context): Asking => ({
  entityId: params.entityId,
  userId: caller.id,
  scope: caller.scope,
  rights,
})

const view = ({ id, kind, stage, label, task, remarks, counts, createdAt, endedAt }: Batch) => ({
  id,
  kind,
  stage,
  label,
  flow: 'flow' in task ? task.flow : null,
  action: task.action ?? null,
  remarks,
  counts,
  total: Object.values(counts).reduce((sum, count) => sum + count, 0),
  createdAt: createdAt.toISOString(),
  endedAt: endedAt?.toISOString() ?? null,
})

/** A document that the caller may not read any more keeps its line, and nothing else. */
const itemView = ({ line, status, title, flowId, documentId, message }: Item, rights: Rights) =>
  flowId === '' || may(rights, `${flowId}:lecture`)
    ? { line, status, title, documentId, message }
    : { line, status, title: '', documentId: null, message: '' }

const CREATION = {
  flux: 'Identifiant du flux des documents à créer.',
  champ: 'Zip sans CSV : champ qui reçoit les fichiers ; sinon le premier obligatoire.',
  action: 'Action à demander pour chaque document créé, comme « envoyer ».',
  encore: 'Créer à nouveau les lignes déjà créées.',
} as const

export const batchRoutes = [
  route({
    method: 'GET',
    path: '/entites/:entityId/lots',
    summary: 'Lister ses lots dans une entité, du plus récent au plus ancien',
    params: EntityParams,
    query: Type.Object({
      apres: Type.Optional(
        Type.String({ pattern: '^[0-9]{1,18}$', description: 'Valeur « next » de la page précédente.' }),
      ),
      limite: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
    }),
    response: BatchPage,
    async handle(context) {
      const { apres, limite } = context.query
      const found = await context.services.batches.list(askingOf(context), { after: apres, limit: limite + 1 })
      const page = found.slice(0, limite)
      return { items: page.map(view), next: found.length > limite ? (page.at(-1)?.id ?? null) : null }
    },
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/lots/actions',
    summary: 'Lire les actions possibles sur plusieurs documents, et sur combien d’entre eux',
    params: EntityParams,
    body: exactly('Selection', selection),
    example: { documents: ['Xy7Kq2mPz0aB'] },
    response: listOf(SelectionOfferView),
    handle: async context => ({
      items: await context.services.batches.offers(askingOf(context), selectionOf(context.body, context)),
    }),
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/lots',
    summary: 'Demander une action sur plusieurs documents',
    description:
      'Chaque document est traité à son tour, avec les mêmes contrôles que son bouton, et les droits du demandeur à ce moment-là. Un refus n’arrête pas les autres ; chaque ligne dit ce qu’il en est.',
    params: EntityParams,
    body: exactly('NewBatch', { ...selection, action: said('Action demandée pour chaque document.', FieldName) }),
    example: { documents: ['Xy7Kq2mPz0aB'], action: 'envoyer' },
    response: BatchView,
    status: 201,
    handle: async context => {
      const { action, ...chosen } = context.body
      return view(
        await context.services.batches.act(askingOf(context), { selection: selectionOf(chosen, context), action }),
      )
    },
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/lots/creation',
    summary: 'Déposer un CSV, ou un zip, de documents à créer : il est d’abord vérifié ligne à ligne',
    description:
      'CSV (UTF-8, UTF-16 ou Windows-1252 ; séparateur « ; », « , » ou tabulation) : une ligne par document, la première nomme les champs par leur nom complet, leur libellé ou leur nom Pastell ; une colonne de fichier nomme des fichiers du zip, séparés par « | ». Zip sans CSV : chaque fichier à la racine fait un document, chaque répertoire un document avec ses fichiers. Rien n’est créé avant la confirmation. Une ligne déjà créée ne l’est pas une seconde fois, sauf avec « encore ».',
    params: EntityParams,
    query: Type.Object({
      flux: Type.String({ maxLength: 100, description: CREATION.flux }),
      nom: Type.String({ minLength: 1, maxLength: 255, description: 'Nom du fichier, extension comprise.' }),
      champ: Type.Optional(Type.String({ maxLength: 200, description: CREATION.champ })),
      action: Type.Optional(Type.String({ maxLength: 200, description: CREATION.action })),
      encore: Type.Boolean({ default: false, description: CREATION.encore }),
    }),
    upload: 'application/octet-stream',
    refusals: [errors.flowNotFound, errors.badInput, errors.notAllowed],
    response: BatchView,
    status: 202,
    async handle(context) {
      const { query, request, services } = context
      const { flux, nom, champ, action, encore } = query
      const asking = askingOf(context)
      if (!may(asking.rights, `${flux}:lecture`)) throw errors.flowNotFound()
      if (!may(asking.rights, `${flux}:edition`)) throw errors.notAllowed()
      const file = await receiveFile(request, services.files, { name: nom, maxBytes: services.settings.uploadLimit })
      return view(await services.batches.prepare(asking, { flow: flux, file, field: champ, action, again: encore }))
    },
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/lots/creation/depot',
    summary: 'Créer en lot depuis un fichier déposé en plusieurs fois (protocole tus)',
    description: 'Comme « lots/creation », avec l’identifiant d’un dépôt complet, qui s’emploie une fois.',
    params: EntityParams,
    body: exactly('StagedCreation', {
      flux: Type.String({ maxLength: 100, description: CREATION.flux }),
      depot: Type.String({ minLength: 1, maxLength: 64, description: 'Identifiant du dépôt.' }),
      champ: Type.Optional(Type.String({ maxLength: 200, description: CREATION.champ })),
      action: Type.Optional(Type.String({ maxLength: 200, description: CREATION.action })),
      encore: Type.Boolean({ default: false, description: CREATION.encore }),
    }),
    example: { flux: 'note', depot: 'Xy7Kq2mPz0aB', encore: false },
    refusals: [errors.flowNotFound, errors.notAllowed, errors.uploadNotFound, errors.conflict],
    response: BatchView,
    status: 202,
    async handle(context) {
      const { flux, depot, champ, action, encore } = context.body
      const file = { upload: depot }
      const asked = { flow: flux, file, field: champ, action, again: encore }
      return view(await context.services.batches.prepare(askingOf(context), asked))
    },
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/lots/:batchId',
    summary: 'Lire un lot : où il en est, combien de lignes dans chaque situation',
    params: BatchParams,
    response: BatchView,
    handle: async context => view(await context.services.batches.get(askingOf(context), context.params.batchId)),
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/lots/:batchId/lignes',
    summary: 'Lire les lignes d’un lot : ce que chacune est devenue, ou ce que la vérification en dit',
    params: BatchParams,
    query: Type.Object({
      apres: Type.Integer({ minimum: 0, default: 0, description: 'Valeur « next » de la page précédente.' }),
      limite: Type.Integer({ minimum: 1, maximum: 500, default: 100 }),
      statut: Type.Optional(
        Type.Union(
          (['ready', 'invalid', 'known', 'todo', 'done', 'partial', 'refused', 'failed', 'cancelled'] as const).map(
            status => Type.Literal(status),
          ),
          { description: 'Seulement les lignes dans cette situation.' },
        ),
      ),
    }),
    response: BatchItemPage,
    async handle(context) {
      const { apres: after, limite, statut } = context.query
      const page = { after, limit: limite + 1, statuses: statut && [statut] }
      const found = await context.services.batches.items(askingOf(context), context.params.batchId, page)
      const kept = found.slice(0, limite)
      return {
        items: kept.map(item => itemView(item, context.rights)),
        next: found.length > limite ? (kept.at(-1)?.line ?? null) : null,
      }
    },
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/lots/:batchId/confirmation',
    summary: 'Créer les documents que la vérification a trouvés justes',
    params: BatchParams,
    refusals: [errors.conflict],
    response: BatchView,
    status: 202,
    handle: async context => view(await context.services.batches.confirm(askingOf(context), context.params.batchId)),
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/lots/:batchId/annulation',
    summary: 'Abandonner ce qui reste d’un lot ; ce qui est fait le reste',
    params: BatchParams,
    refusals: [errors.conflict],
    response: BatchView,
    handle: async context => view(await context.services.batches.cancel(askingOf(context), context.params.batchId)),
  }),
]
