import type { Rights } from '../../access/rights.ts'
import { may } from '../../access/rights.ts'
import type { Db } from '../../db/knex.ts'
import { offers } from '../../engine/availability.ts'
import { errors } from '../../errors.ts'
import type { FlowRegistry } from '../../flows/registry.ts'
import { listDocuments, type DocumentQuery } from '../list.ts'
import { DocumentModel } from '../model.ts'
import type { Documents } from '../service.ts'
import { MOST_DOCUMENTS, type Item } from './model.ts'

/** Criteria of a list of documents, as its page has them. */
export type Search = Omit<DocumentQuery, 'entityId' | 'readable' | 'after' | 'limit'>

/** Documents one by one, or all that a search finds. */
export type Selection = { readonly documents: readonly string[] } | { readonly search: Search }

/** What may be asked of several documents together. */
export interface SelectionOffer {
  readonly name: string
  readonly label: string
  readonly kind: 'primary' | 'normal' | 'danger'
  /** Asked once, for all of them. */
  readonly confirm?: string
  /** Of how many documents it may be asked now. */
  readonly possible: number
  /** Of how many documents were chosen. */
  readonly total: number
}

interface Within {
  readonly entityId: string
  readonly rights: Rights
}

const tooMany = () =>
  errors.badInput({
    fields: [
      {
        field: 'documents',
        code: 'trop',
        message: `Un lot compte ${MOST_DOCUMENTS.toLocaleString('fr-FR')} documents au plus : affinez la recherche, ou faites-en plusieurs.`,
      },
    ],
  })

const readable = (flows: FlowRegistry, rights: Rights) =>
  flows.list().flatMap(({ id }) => (may(rights, `${id}:lecture`) ? [id] : []))

const found = async (db: Db, flows: FlowRegistry, { entityId, rights }: Within, search: Search) => {
  const ids: string[] = []
  let after: string | undefined
  do {
    const where = { ...search, entityId, readable: readable(flows, rights), after, limit: 200 }
    const page = await listDocuments(db, flows, where)
    ids.push(...page.items.map(({ id }) => id))
    if (ids.length > MOST_DOCUMENTS) throw tooMany()
    after = page.next ?? undefined
  } while (after !== undefined)
  return ids
}

/**
 * One line for each document chosen, in order. One that the person may not see is there too, refused: nobody is told whether it exists.
 * @throws errors.badInput when there are too many, or none
 */
export const selected = async (
  db: Db,
  flows: FlowRegistry,
  within: Within,
  selection: Selection,
): Promise<readonly Item[]> => {
  const ids = [
    ...new Set('search' in selection ? await found(db, flows, within, selection.search) : selection.documents),
  ]
  if (ids.length > MOST_DOCUMENTS) throw tooMany()
  if (ids.length === 0)
    throw errors.badInput({
      fields: [
        { field: 'documents', code: 'aucun', message: 'Aucun document n’est choisi : choisissez-en au moins un.' },
      ],
    })
  const rows = await DocumentModel.query(db)
    .where({ entityId: within.entityId })
    .whereIn('id', ids)
    .select('id', 'title', 'flowId')
  const seen = new Map(rows.filter(({ flowId }) => may(within.rights, `${flowId}:lecture`)).map(row => [row.id, row]))
  return ids.map((id, at): Item => {
    const row = seen.get(id)
    const line = { line: at + 1, title: row?.title ?? '', flowId: row?.flowId ?? '', documentId: id, content: null }
    return row
      ? { ...line, status: 'todo', message: '' }
      : { ...line, status: 'refused', message: errors.documentNotFound.title }
  })
}

/** Documents read at the same time. */
const TOGETHER = 10

/** The actions that one of the documents at least would take now, most widely possible first. */
export const offersOf = async (
  items: readonly Item[],
  { documents, asking, now }: { readonly documents: Documents; readonly asking: Within; readonly now: Date },
): Promise<readonly SelectionOffer[]> => {
  const all = new Map<string, SelectionOffer>()
  const count = async ({ documentId, status }: Item) => {
    if (status !== 'todo' || documentId === null) return
    const document = await documents.get({ entityId: asking.entityId, documentId })
    const allowed = (verb: string) => may(asking.rights, `${document.flowId}:${verb}`)
    if (!allowed('edition')) return
    for (const { name, label, kind, confirm, available, can, opens } of offers(
      documents.flowOf(document),
      document,
      now,
    )) {
      if (opens || available !== true || (can !== undefined && !allowed(can))) continue
      const before = all.get(name) ?? { name, label, kind, possible: 0, total: items.length }
      all.set(name, { ...before, ...(confirm === undefined ? {} : { confirm }), possible: before.possible + 1 })
    }
  }
  for (let start = 0; start < items.length; start += TOGETHER)
    await Promise.all(items.slice(start, start + TOGETHER).map(count))
  return [...all.values()].toSorted((a, b) => b.possible - a.possible)
}
