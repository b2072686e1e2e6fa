import type { Cradle } from '../../core/container.ts'
import type { Document } from '../../core/engine/model.ts'
import { displayOf } from '../../core/engine/values.ts'
import { isEmpty } from '../../core/engine/inputs.ts'

const clockOf = (at: Date) =>
  at.toLocaleTimeString('fr-FR', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    timeZone: 'Europe/Paris',
  })

/** What came back since the last look: identifiers and files, by their French names. */
const news = (cradle: Cradle, before: Document | undefined, after: Document): readonly string[] => {
  const flow = cradle.documents.flowOf(after)
  return Object.values(flow.fields)
    .filter(field => field.options.computed && !field.options.hidden && !isEmpty(after.data[field.name]))
    .filter(field => JSON.stringify(before?.data[field.name]) !== JSON.stringify(after.data[field.name]))
    .map(field => `${field.label} : ${displayOf(field, after.data[field.name])}`)
}

/**
 * Prints each state of a document as it is reached, with its time and what came back, until it rests.
 * @returns the document at rest
 */
export const narrate = async (cradle: Cradle, first: Document, say: (line: string) => void): Promise<Document> => {
  const flow = cradle.documents.flowOf(first)
  let shown: Document | undefined
  const show = (document: Document) => {
    for (const stop of document.trail.slice(shown?.trail.length ?? 0))
      say(`  ${clockOf(stop.at)}  ${(flow.states[stop.state]?.label ?? stop.state).padEnd(58)} ${stop.state}`)
    for (const line of news(cradle, shown, document)) say(`                   ${line}`)
    if (document.message && document.message !== shown?.message && document.trail.length === shown?.trail.length)
      say(`                   … ${document.message}`)
    shown = document
  }
  const rests = (document: Document) => document.due === undefined || document.waitingFor !== undefined

  return new Promise((resolve, reject) => {
    let looking = Promise.resolve()
    const look = () => {
      looking = looking
        .then(async () => {
          const document = await cradle.documents.get({ entityId: first.entityId, documentId: first.id })
          if (document.version === shown?.version) return
          show(document)
          if (!rests(document)) return
          stop()
          resolve(document)
        })
        .catch((error: unknown) => {
          stop()
          reject(error instanceof Error ? error : new Error(String(error)))
        })
    }
    const unfollow = cradle.events.follow(first.entityId, {
      moved: notice => void (notice.documentId === first.id && look()),
      missed: look,
    })
    const stop = () => unfollow()
    look()
  })
}
