import { changeEmail } from '../access/email-change.ts'
import type { JournalLine } from '../authoring/context.ts'
import type { Db, Transaction } from '../db/knex.ts'
import { inTransaction } from '../db/unit-of-work.ts'
import type { CompiledFlow, Document, Move } from '../engine/model.ts'
import type { DocumentStore, Flows } from '../engine/ports.ts'
import { sirenOf } from '../entities/entities.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import { errors } from '../errors.ts'
import { appendJournal } from '../journal/append.ts'
import { wholeJournal } from '../journal/read.ts'
import { storableJson, storableText } from '../journal/storable.ts'
import { cancel, enqueue, type Lane } from '../jobs/queue.ts'
import { noLetter, recordLetter } from '../notifications/account-letter.ts'
import type { RecordNotices } from '../notifications/record.ts'
import { DOCUMENT_COLUMNS, DocumentModel, toDocument } from './model.ts'
import { savePassages, SEARCH_VECTOR, saveTraces, searchText } from './traces.ts'
import { namesOf } from './authors.ts'
import { hashSecrets, withoutSecrets } from './secret-values.ts'
import { whatStillBlocks } from './waiting.ts'
import { priorityOf } from './wake-up.ts'

/** Channel of the notifications sent at each commit, for whoever shows documents live. */
export const DOCUMENTS_CHANNEL = 'passeur_documents'

/** What a notification holds, as JSON. */
export interface DocumentNotice {
  readonly entityId: string
  readonly documentId: string
  readonly version: number
  readonly state: string
  readonly flow: string
}

/** Something that must be stored with the move or not at all (an item of the inbox). */
export type Alongside = (trx: Transaction) => Promise<void>

export interface StoredDocuments extends DocumentStore {
  commit(move: Move, expectedVersion: number, alongside?: Alongside): Promise<Document>
  /** Stores a document that does not exist yet. */
  create(move: Move, alongside?: Alongside): Promise<Document>
  /** The document goes with its index and the list of its files; its journal stays. */
  remove(move: Move, expectedVersion: number, alongside?: Alongside): Promise<void>
}

/**
 * The lane that the due task of a document waits in; none when it calls no remote, or when no instance is associated.
 * @param trx asks for the answer of this very transaction; without it a recent one will do
 */
export type LaneOf = (document: Document, trx?: Transaction) => Promise<Lane | undefined>

export interface StoreDependencies {
  readonly db: Db
  readonly flows: Flows & Partial<Pick<FlowRegistry, 'upToDate' | 'ensure'>>
  readonly laneOf: LaneOf
  /** Whom to tell of a move; none when the platform tells nobody. */
  readonly recordNotices?: RecordNotices | undefined
}

/** Applies what a move decided of an account. @throws PermanentError when it may not be */
const changeAccount = async (trx: Transaction, { account, document }: Move): Promise<void> => {
  if (!account) return
  const { entityId, id: documentId, updatedAt: now } = document
  await changeEmail(trx, account, { entityId, documentId, by: account.by, now })
}

/** Applies what a move says to the holder of an account; a line of journal with it when nothing will leave. */
const writeToAccount = async (
  trx: Transaction,
  move: Move,
  recordNotices: RecordNotices | undefined,
): Promise<Move> => {
  const { letter, document } = move
  if (!letter) return move
  const line = recordNotices ? await recordLetter(trx, letter, document) : noLetter(letter, 'noServer')
  return line ? { ...move, entries: [...move.entries, line] } : move
}

const json = (trx: Transaction, value: unknown) => trx.raw('?::jsonb', [storableJson(value)])

/** Columns of a document; `data` apart, because it is heavy and often unchanged. */
const rowOf = (trx: Transaction, flow: CompiledFlow, document: Document) => {
  const text = storableText(searchText(flow, document))
  const { due, inFlight, back } = document
  return {
    flowVersion: document.flowVersion,
    title: storableText(document.title),
    state: document.state,
    stateSince: document.stateSince,
    version: document.version,
    trail: json(trx, document.trail),
    dueTask: due?.task ?? null,
    dueAt: due?.at ?? null,
    due: due ? json(trx, due) : null,
    inFlight: inFlight ? json(trx, inFlight) : null,
    fence: document.fence,
    back: back ? json(trx, back) : null,
    passages: json(trx, document.passages),
    message: storableText(document.message),
    waitingFor: document.waitingFor ?? null,
    updatedAt: document.updatedAt,
    search: trx.raw(SEARCH_VECTOR, { title: storableText(document.title), text }),
  }
}

const wake = async (trx: Transaction, { document, wakeUp }: Move, lane: Lane | undefined): Promise<void> => {
  const { entityId, id: documentId } = document
  if (wakeUp === 'unchanged') return
  if (wakeUp === null) await cancel(trx, entityId, documentId)
  else await enqueue(trx, { entityId, documentId, at: wakeUp, lane, priority: priorityOf(document) })
}

const tell = async (trx: Transaction, document: Document): Promise<void> => {
  const { entityId, id: documentId, version, state, flowId: flow } = document
  const notice: DocumentNotice = { entityId, documentId, version, state, flow }
  await trx.raw('select pg_notify(?, ?)', [DOCUMENTS_CHANNEL, JSON.stringify(notice)])
}

const write = (trx: Transaction, { document, entries }: Move): Promise<void> =>
  namesOf(trx, entries).then(nameOf =>
    appendJournal(
      trx,
      { entityId: document.entityId, documentId: document.id, at: document.updatedAt, nameOf },
      entries,
    ),
  )

/**
 * What was due while an instance was suspended must not wait for ever if the instance was put right a moment before the
 * commit: then nothing blocks any more and the document is woken at once.
 */
const unblocked = async (trx: Transaction, move: Move, laneOf: LaneOf): Promise<Move> => {
  const { document } = move
  if (document.waitingFor === undefined || (await whatStillBlocks(trx, document, laneOf))) return move
  return {
    ...move,
    document: { ...document, waitingFor: undefined },
    wakeUp: document.due ? document.due.at : null,
  }
}

/**
 * Documents in PostgreSQL. Each write is one transaction that holds the document, its lines of journal, its wake-up call,
 * what serves to find it again, whom to tell, and the notification.
 */
export const createStore = ({ db, flows, laneOf, recordNotices }: StoreDependencies): StoredDocuments => {
  /** Values as they came from the database: the same object means that nothing has to be written again. */
  const known = new WeakSet<object>()

  const read = (row: DocumentModel): Document => {
    const document = toDocument(row)
    known.add(document.data)
    return flows.upToDate?.(document) ?? document
  }

  const finish = async (trx: Transaction, move: Move, lane: Lane | undefined, alongside: Alongside | undefined) => {
    await alongside?.(trx)
    await wake(trx, move, lane)
    await tell(trx, move.document)
    // Last: it locks the head of the journal of the whole entity.
    await write(trx, move)
  }

  return {
    async load(entityId, documentId) {
      const row = await DocumentModel.query(db)
        .findById([entityId, documentId])
        .select(...DOCUMENT_COLUMNS)
      if (!row) return undefined
      await flows.ensure?.(row.flowId, row.flowVersion)
      return read(row)
    },

    async commit(move, expectedVersion, alongside) {
      const flow = flows.get(move.document.flowId, move.document.flowVersion)
      const lane = await laneOf(move.document)
      const sealed = known.has(move.document.data)
        ? move
        : { ...move, document: await hashSecrets(flow, move.document) }
      const committed = await inTransaction(db, async trx => {
        const freed = await unblocked(trx, sealed, laneOf)
        const { document } = freed
        const changed = !known.has(document.data)
        const updated = await trx('documents')
          .where({ entityId: document.entityId, id: document.id, version: expectedVersion })
          .update({ ...rowOf(trx, flow, document), ...(changed ? { data: json(trx, document.data) } : {}) })
        if (updated === 0) throw errors.documentMoved()
        if (changed) await saveTraces(trx, flow, document)
        await savePassages(trx, document)
        await changeAccount(trx, freed)
        // Before what is told to those who follow the document: whoever does so reads this letter, not two.
        const told = await writeToAccount(trx, freed, recordNotices)
        await recordNotices?.(trx, flow, document)
        await finish(trx, told, lane, alongside)
        return document
      })
      known.add(committed.data)
      return committed
    },

    async create(move, alongside) {
      const flow = flows.get(move.document.flowId, move.document.flowVersion)
      const document = await hashSecrets(flow, move.document)
      const lane = await laneOf(document)
      return inTransaction(db, async trx => {
        await trx('documents').insert({
          ...rowOf(trx, flow, document),
          id: document.id,
          entityId: document.entityId,
          flowId: document.flowId,
          data: json(trx, document.data),
          createdBy: document.createdBy ?? null,
          createdAt: document.createdAt,
        })
        await saveTraces(trx, flow, document)
        await savePassages(trx, document)
        await recordNotices?.(trx, flow, document)
        await finish(trx, move, lane, alongside)
        return document
      })
    },

    async remove(move, expectedVersion, alongside) {
      const { entityId, id } = move.document
      await inTransaction(db, async trx => {
        const removed = await trx('documents').where({ entityId, id, version: expectedVersion }).delete()
        if (removed === 0) throw errors.documentMoved()
        await finish(trx, { ...move, wakeUp: null }, undefined, alongside)
      })
    },

    async journal(document) {
      const lines = await wholeJournal(db, { entityId: document.entityId, documentId: document.id })
      return lines.map((line): JournalLine => ({
        at: line.at,
        event: line.event,
        message: line.message,
        author: line.authorName ?? line.authorId ?? undefined,
        hash: line.hash,
      }))
    },

    async contents(document, flow) {
      const entity = await db('entities').where('id', document.entityId).first<{ name: string } | undefined>('name')
      if (!entity) throw errors.entityNotFound()
      const siren = await sirenOf(db, document.entityId)
      return {
        id: document.id,
        title: document.title,
        flow: { id: flow.id, label: flow.label },
        entity: { id: document.entityId, name: entity.name, siren },
        createdAt: document.createdAt,
        fields: flow.fields,
        values: withoutSecrets(flow.fields, document.data),
      }
    },
  }
}
