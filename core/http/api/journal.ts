import Type, { type Static } from 'typebox'
import type { CompiledFlow } from '../../engine/model.ts'
import { may } from '../../access/rights.ts'
import type { Db } from '../../db/knex.ts'
import { DocumentModel } from '../../documents/model.ts'
import { errors } from '../../errors.ts'
import { stampedUpTo } from '../../journal/blocks.ts'
import { lineOf, proofOf } from '../../journal/proof.ts'
import { proofView } from '../../journal/proof-view.ts'
import { readJournal, type StoredLine } from '../../journal/read.ts'
import { route } from '../route.ts'
import { DocumentParams, onDocument } from './on-document.ts'
import { Id, JournalPage, JournalProofView, type JournalEntry } from './schemas.ts'

/** An event is the name of a state or of a task; verbs (« modification ») speak through their message. */
const journalLine = (flow: CompiledFlow, line: StoredLine, stamped: number) => ({
  seq: line.seq,
  at: line.at.toISOString(),
  kind: line.kind,
  event: line.event,
  stateKind: line.kind === 'state' ? (flow.states[line.event]?.kind ?? null) : null,
  label: flow.states[line.event]?.label ?? flow.tasks[line.event]?.label ?? flow.links[line.event]?.label ?? '',
  message: line.message,
  author: line.authorName ?? line.authorId,
  hash: line.hash,
  stamped: line.seq <= stamped,
})

/** Lines of one document as they are shown. */
export const journalLines = async (
  db: Db,
  entityId: string,
  flow: CompiledFlow,
  lines: readonly StoredLine[],
): Promise<readonly Static<typeof JournalEntry>[]> => {
  const stamped = await stampedUpTo(db, entityId)
  return lines.map(line => journalLine(flow, line, stamped))
}

const READ = 'journal:lecture'

export const journalRoutes = [
  route({
    method: 'GET',
    path: '/entites/:entityId/documents/:documentId/journal',
    summary: 'Lire le journal d’un document, du plus récent au plus ancien',
    params: DocumentParams,
    query: Type.Object({ apres: Type.Optional(Type.String({ pattern: '^[0-9]{1,18}$' })) }),
    can: onDocument('lecture'),
    response: JournalPage,
    async handle({ params, query, services: { db, documents } }) {
      const flow = documents.flowOf(await documents.get(params))
      const { lines, next } = await readJournal(db, params, { after: query.apres })
      return { items: await journalLines(db, params.entityId, flow, lines), next }
    },
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/journal/:seq/preuve',
    summary: 'Obtenir la preuve d’une ligne du journal : la ligne, son chemin dans le bloc horodaté, le jeton',
    description:
      'Le journal est horodaté par blocs : un jeton RFC 3161 pour la racine de l’arbre de leurs lignes. Qui lit un document obtient la preuve des lignes de son journal ; les autres lignes demandent le droit de lire le journal de l’entité.',
    params: Type.Object({
      entityId: Id,
      seq: Type.String({ pattern: '^[1-9][0-9]{0,14}$', description: 'Rang de la ligne dans le journal de l’entité.' }),
    }),
    async can({ params: { entityId, seq }, rights, services: { db } }) {
      const line = await lineOf(db, entityId, Number(seq))
      const id = line?.documentId ?? undefined
      const document =
        id === undefined ? undefined : await DocumentModel.query(db).findById([entityId, id]).select('flowId')
      const own = document && `${document.flowId}:lecture`
      return own !== undefined && may(rights, own) ? own : READ
    },
    refusals: [errors.lineNotFound, errors.lineNotStamped],
    response: JournalProofView,
    async handle({ params: { entityId, seq }, services: { db } }) {
      const line = await lineOf(db, entityId, Number(seq))
      if (!line) throw errors.lineNotFound()
      const proof = await proofOf(db, line)
      if (!proof) throw errors.lineNotStamped()
      return proofView(proof)
    },
  }),
]
