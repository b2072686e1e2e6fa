import type { Clock } from '../authoring/context.ts'
import type { FileRef } from '../authoring/values.ts'
import type { Choices, RemoteChoices } from '../connectors/choices.ts'
import type { Db } from '../db/knex.ts'
import { mayEdit } from '../engine/availability.ts'
import { defaults, inputProblems } from '../engine/form.ts'
import { filesHeld } from '../engine/inputs.ts'
import type { CompiledFlow, Document, Entry } from '../engine/model.ts'
import type { Event } from '../engine/events.ts'
import { blank, settle } from '../engine/settle.ts'
import { fileProblem } from '../engine/values.ts'
import { errors } from '../errors.ts'
import type { StoredFiles } from '../files/files.ts'
import { noNewDocument, type FlowRegistry } from '../flows/registry.ts'
import { inTransaction } from '../db/unit-of-work.ts'
import { appendJournal } from '../journal/append.ts'
import { namesOf } from './authors.ts'
import { assertMay, eventOf, fileField, refuse } from './guards.ts'
import { newDocumentId } from './ids.ts'
import { extractedFrom, fillIn, type Given, type ReceivedFiles } from './incoming-files.ts'
import { listDocuments, type DocumentPage, type DocumentQuery } from './list.ts'
import {
  countDocuments,
  countFound,
  searchDocuments,
  type DocumentCount,
  type DocumentSearch,
  type FoundDocument,
} from './search.ts'
import { ranksOf, withFile, withoutFile } from './ranks.ts'
import { createRemoteLists } from './remote-lists.ts'
import type { Alongside, StoredDocuments } from './store.ts'
import type { Uploads } from './uploads.ts'

export interface Where {
  readonly entityId: string
  readonly documentId: string
}

/** Who changes, and what they saw: another version means that somebody was faster. */
export interface Change extends Where {
  readonly by: string | undefined
  /** Left out by callers that do not show the document before acting on it. */
  readonly version?: number | undefined
}

/** What an action is part of: said in the journal of the document, and stored with the action or not at all. */
export interface Occasion {
  readonly note: string
  readonly alongside: Alongside
}

export interface Documents {
  list(query: DocumentQuery): Promise<DocumentPage>
  search(query: DocumentSearch): Promise<readonly FoundDocument[]>
  /** How many such a search would find. */
  countFound(search: Parameters<typeof countFound>[1]): Promise<number>
  /** By entity, flow and state. */
  count(where: Parameters<typeof countDocuments>[1]): Promise<readonly DocumentCount[]>
  /** @throws errors.documentNotFound */
  get(where: Where): Promise<Document>
  flowOf(document: Document): CompiledFlow
  create(what: {
    readonly entityId: string
    readonly flow: string
    readonly values?: Values
    readonly received?: ReceivedFiles | undefined
    readonly by: string | undefined
    /** Makes its identifier, until one is free in the entity: for those whose software expects another kind. */
    readonly newId?: () => string
  }): Promise<Document>
  /** @throws errors.badInput with the sentence at each field; nothing is stored then */
  edit(change: Change & Given): Promise<Document>
  /** Puts a stored file in a field: replaces in a `file`, adds to a `files`; `at`: its number there, where it replaces any. */
  putFile(change: Change & { readonly field: string; readonly file: FileRef; readonly at?: number }): Promise<Document>
  /** @param change `at`: its number there, when two have the same content */
  removeFile(
    change: Change & { readonly field: string; readonly sha256: string; readonly at?: number },
  ): Promise<Document>
  /**
   * A built-in action or a task, by its name. The task itself runs in a worker; the answer shows what is now due.
   * @throws errors.actionRefused with the sentence of the guard, errors.notAllowed when a particular right is missing
   */
  act(
    change: Change & {
      readonly action: string
      readonly may: (verb: string) => boolean
      readonly occasion?: Occasion
    },
  ): Promise<Document | undefined>
  /**
   * What `edit` then `act` would answer, without doing anything.
   * @returns whether they would change anything
   * @throws what they would throw
   */
  rehearse(
    what: Omit<Change, 'by'> & {
      readonly values: Values
      readonly action: string | undefined
      readonly may: (verb: string) => boolean
    },
  ): Promise<boolean>
  /** Somebody took a file of the document away: a line in its journal, for those whose clients expect one. */
  noteReading(where: Where & { readonly file: Pick<FileRef, 'name'>; readonly by: string }): Promise<void>
  /** An administrator puts the document in a state; the job of that state is scheduled. */
  force(change: Change & { readonly state: string; readonly reason: string; readonly by: string }): Promise<Document>
  /**
   * Values for a new document of a flow, where codes of remote lists have got their label.
   * @throws errors.badInput when one is in no list, errors.conflict or errors.remoteUnavailable when there is no list to look into
   */
  complete(what: { readonly entityId: string; readonly flow: CompiledFlow; readonly values: Values }): Promise<Values>
  /**
   * The list behind a field, as the remote gives it.
   * @param where `values`: values on screen, not saved yet, of the fields that the list depends on
   * @throws errors.badInput when one of them is wrong or is not one of those fields
   */
  choices(where: Where & { readonly field: string; readonly values?: Values | undefined }): Promise<RemoteChoices>
}

type Values = Readonly<Record<string, unknown>>

export interface DocumentsDependencies {
  readonly db: Db
  readonly store: StoredDocuments
  readonly flows: FlowRegistry
  readonly files: StoredFiles
  readonly uploads: Uploads
  readonly choices: Choices
  readonly clock: Clock
}

const changedIn = (document: Document, values: Values): Values =>
  Object.fromEntries(
    Object.entries(values).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(document.data[name])),
  )

const noteOf = ({ note }: Occasion, by: string | undefined): Entry => ({
  kind: 'message',
  event: 'lot',
  message: note,
  by,
})

/** Documents as people and programs act on them: load, decide with the engine, commit once. */
export const createDocuments = ({
  db,
  store,
  flows,
  files,
  uploads,
  choices,
  clock,
}: DocumentsDependencies): Documents => {
  const get = async ({ entityId, documentId }: Where): Promise<Document> => {
    const document = await store.load(entityId, documentId)
    if (!document) throw errors.documentNotFound()
    return document
  }
  const flowOf = (document: Document) => flows.get(document.flowId, document.flowVersion)

  /** The document as the caller saw it, or the sentence that says that somebody was faster. */
  const seen = async (change: Omit<Change, 'by'>): Promise<Document> => {
    const document = await get(change)
    if (change.version !== undefined && change.version !== document.version) throw errors.documentMoved()
    return document
  }

  const commit = (document: Document, event: Event, alongside?: Alongside) =>
    store.commit(settle(flowOf(document), document, event, clock.now()), document.version, alongside)

  const lists = createRemoteLists({ db, choices, clock })

  const checked = async (flow: CompiledFlow, document: Document, given: Given) => {
    const editable = mayEdit(document)
    if (editable !== true) throw errors.inFlight()
    const { values, use } = await fillIn(uploads, flow, document, given)
    const complete = await lists.completed(flow, document.entityId, document.data, values)
    const found = inputProblems(flow, document, complete, clock.now())
    if (found.length > 0) throw refuse(found)
    return { values: complete, use }
  }

  return {
    list: query => listDocuments(db, flows, query),
    search: query => searchDocuments(db, query),
    countFound: search => countFound(db, search),
    count: where => countDocuments(db, where),
    get,
    flowOf,

    async create({ entityId, flow: flowId, values = {}, received, by, newId = newDocumentId }) {
      const flow = flows.current(flowId)
      if (!flow) throw errors.flowNotFound()
      const refusal = noNewDocument(flows, flow)
      if (refusal !== undefined) throw errors.conflict({ detail: refusal })
      const now = clock.now()
      let id = newId()
      while (await store.load(entityId, id)) id = newId()
      const document = blank(flow, { id, entityId, createdBy: by }, defaults(flow, now), now)
      const { values: complete, use } = await checked(flow, document, { values, received, by })
      const extracted = await extractedFrom({ flows, files }, flow, document, complete)
      const data = { ...document.data, ...extracted, ...complete }
      return store.create(settle(flow, { ...document, data }, { is: 'created', by }, now), use)
    },

    async edit(change) {
      const document = await seen(change)
      const flow = flowOf(document)
      const { values, use } = await checked(flow, document, change)
      const changed = changedIn(document, values)
      if (Object.keys(changed).length === 0) {
        await inTransaction(db, use)
        return document
      }
      const names = Object.keys(changed).map(name => flow.fields[name]?.label ?? name)
      const extracted = await extractedFrom({ flows, files }, flow, document, changed)
      const what = `Modifié : ${names.join(', ')}`
      return commit(document, { is: 'edited', values: { ...extracted, ...changed }, what, by: change.by }, use)
    },

    async putFile({ field: name, file, at, ...change }) {
      const document = await seen(change)
      const flow = flowOf(document)
      const field = fileField(flow, document, name)
      const problem = fileProblem(field, file)
      if (problem !== undefined) throw refuse([{ field: name, message: problem }])
      const value = field.kind === 'file' ? { [name]: file } : withFile(document.data, name, file, at)
      const extracted = await extractedFrom({ flows, files }, flow, document, { [name]: file })
      return commit(document, {
        is: 'edited',
        values: { ...extracted, ...value },
        what: `Fichier déposé dans « ${field.label} » : ${file.name}`,
        by: change.by,
      })
    },

    async removeFile({ field: name, sha256, at, ...change }) {
      const document = await seen(change)
      const flow = flowOf(document)
      const field = fileField(flow, document, name)
      const before = filesHeld(document.data[name])
      const place =
        at === undefined ? before.findIndex(file => file.sha256 === sha256) : ranksOf(document.data, name).indexOf(at)
      const removed = before[place]
      if (removed?.sha256 !== sha256) throw errors.fileNotFound()
      return commit(document, {
        is: 'edited',
        values: withoutFile(document.data, name, place),
        what: `Fichier retiré de « ${field.label} » : ${removed.name}`,
        by: change.by,
      })
    },

    async act({ action, may, occasion, ...change }) {
      const document = await seen(change)
      const flow = flowOf(document)
      const now = clock.now()
      assertMay(flow, document, action, may, now)
      const event = eventOf(action, change.by)
      const move = settle(flow, document, event, now)
      const told = occasion ? { ...move, entries: [noteOf(occasion, change.by), ...move.entries] } : move
      if (event.is !== 'deleted') return store.commit(told, document.version, occasion?.alongside)
      await store.remove(told, document.version, occasion?.alongside)
      return undefined
    },

    async rehearse({ values, action, may, ...where }) {
      const document = await seen(where)
      const flow = flowOf(document)
      const changed = changedIn(document, (await checked(flow, document, { values, by: undefined })).values)
      if (action !== undefined)
        assertMay(flow, { ...document, data: { ...document.data, ...changed } }, action, may, clock.now())
      return action !== undefined || Object.keys(changed).length > 0
    },

    async noteReading({ entityId, documentId, file, by }) {
      const entries = [
        { kind: 'message', event: 'consultation', message: `Fichier consulté : ${file.name}`, by },
      ] as const
      await inTransaction(db, async trx => {
        const nameOf = await namesOf(trx, entries)
        await appendJournal(trx, { entityId, documentId, at: clock.now(), nameOf }, entries)
      })
    },

    async force({ state, reason, ...change }) {
      const document = await seen(change)
      const flow = flowOf(document)
      if (!flow.states[state])
        throw errors.badInput({
          fields: [
            {
              field: 'state',
              message: `L'état « ${state} » n'existe pas dans le flux « ${flow.label} ».`,
              code: 'inconnu',
            },
          ],
        })
      return commit(document, { is: 'forced', state, reason, by: change.by })
    },

    complete: ({ entityId, flow, values }) => lists.completed(flow, entityId, {}, values),

    async choices({ field, values = {}, ...where }) {
      const document = await get(where)
      return lists.choices(document, flowOf(document), field, values)
    },
  }
}
