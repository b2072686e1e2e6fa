import { DRAFT, type JournalEvent, type Services } from '#core'
import { CHANGED, CREATED, namesOf } from '../names.ts'

/** Numbers that Pastell gives to the kinds of events (pastell-api.md §8.9). */
const TYPE = { document: '1', entity: '3', account: '4', reading: '7', error: '9' } as const

const READING = 'consultation'

export const typeOf = ({ kind, documentId, event }: JournalEvent): string => {
  if (kind === 'error') return TYPE.error
  if (event === READING) return TYPE.reading
  if (documentId !== null) return TYPE.document
  return event.startsWith('compte.') ? TYPE.account : TYPE.entity
}

/** Pastell's names of what every document goes through, and how people read them. */
const COMMON: Readonly<Record<string, readonly [action: string, label: string]>> = {
  creation: [CREATED, 'Créé'],
  modification: [CHANGED, 'En cours de rédaction'],
  suppression: ['supression', 'Supprimé'],
  [READING]: [READING, 'Consulté'],
}
/** What the engine says of a draft that is one again. */
const REOPENED = 'Document rouvert'

const commonOf = ({ kind, event, message }: JournalEvent) =>
  kind === 'state' && event === DRAFT ? COMMON[message === REOPENED ? 'modification' : 'creation'] : COMMON[event]

/** The name of the event for Pastell's clients, and as people read it. */
export const named = ({ flows }: Services, flowId: string | null, event: JournalEvent) => {
  const flow = flowId === null ? undefined : flows.current(flowId)
  const names = flow && namesOf(flow)
  const known = event.documentId === null ? undefined : commonOf(event)
  const ours = event.event
  const theirs = event.kind === 'state' ? names?.state(ours) : names?.action(ours)
  return {
    type: names?.flow ?? flowId ?? '',
    typeLabel: flow?.label ?? flowId ?? '',
    action: known?.[0] ?? theirs ?? ours,
    actionLabel: known?.[1] ?? flow?.states[ours]?.label ?? flow?.tasks[ours]?.label ?? ours,
  }
}

/** The folder types of documents that are gone, by document: the line that says so keeps it. */
export const flowsOfDeleted = async (
  { db }: Services,
  events: readonly JournalEvent[],
): Promise<(event: JournalEvent) => string | null> => {
  const gone = events.filter(({ flowId, documentId }) => flowId === null && documentId !== null)
  if (gone.length === 0) return ({ flowId }) => flowId
  const lines = await db('journal')
    .where({ event: 'suppression' })
    .whereIn('entityId', [...new Set(gone.map(({ entityId }) => entityId))])
    .whereIn('documentId', [...new Set(gone.map(({ documentId }) => documentId))])
    .select<{ entityId: string; documentId: string; detail: { readonly flux?: string } | null }[]>(
      'entityId',
      'documentId',
      'detail',
    )
  const known = new Map(lines.map(each => [`${each.entityId} ${each.documentId}`, each.detail?.flux ?? null]))
  return ({ flowId, entityId, documentId }) => flowId ?? known.get(`${entityId} ${documentId}`) ?? null
}
