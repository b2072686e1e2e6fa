import Type from 'typebox'
import type { CompiledFlow } from '../../engine/model.ts'
import { readJournal, type StoredLine } from '../../journal/read.ts'
import { route } from '../route.ts'
import { DocumentParams, onDocument } from './on-document.ts'
import { JournalPage } from './schemas.ts'

/** An event is the name of a state or of a task; verbs (« modification ») speak through their message. */
export const journalLine = (flow: CompiledFlow, line: StoredLine) => ({
  seq: line.seq,
  at: line.at.toISOString(),
  kind: line.kind,
  event: line.event,
  stateKind: line.kind === 'state' ? (flow.states[line.event]?.kind ?? null) : null,
  label: flow.states[line.event]?.label ?? flow.tasks[line.event]?.label ?? flow.links[line.event]?.label ?? '',
  message: line.message,
  author: line.authorName ?? line.authorId,
  hash: line.hash,
})

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
      return { items: lines.map(line => journalLine(flow, line)), next }
    },
  }),
]
