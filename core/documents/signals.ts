import type { Clock } from '../authoring/context.ts'
import type { NewDocument } from '../authoring/relations.ts'
import type { Db, Transaction } from '../db/knex.ts'
import { fieldsOf, inputsOf } from '../engine/inputs.ts'
import type { CompiledFlow, CompiledStep, Document, Move } from '../engine/model.ts'
import { settle } from '../engine/settle.ts'
import { outcomeOf } from '../engine/signals.ts'
import { errors } from '../errors.ts'
import type { StoredFiles } from '../files/files.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import type { RecordNotices } from '../notifications/record.ts'
import { bind } from './kin.ts'
import { offered } from './offers.ts'
import { arrival, flowNamed } from './received.ts'
import { createStore, type LaneOf, type StoredDocuments } from './store.ts'

/** How a document is found from outside: an indexed field of a step, and what it holds. */
export interface SignalAddress {
  /** Identifier of the step, whatever its name in the flow. */
  readonly step: string
  readonly field: string
  readonly value: string
}

/** A document that something happens to. */
export interface Signalled {
  readonly document: Document
  readonly flow: CompiledFlow
  readonly step: CompiledStep
  readonly inputs: Readonly<Record<string, unknown>>
  /** Fields of the step, by their short names. */
  readonly data: Readonly<Record<string, unknown>>
}

export interface Signals {
  /** `undefined`: no such document, or not any more. The value must be one that nobody can guess. */
  find(address: SignalAddress): Promise<Signalled | undefined>
  /**
   * Tells a document what happened to it, once more when it moves at the same time.
   * @param what `signal`: short name; `creates`: a document of another flow, stored and linked with this very change or not at all, and whose
   *   identifier and title are then `created` and `createdTitle` in what the signal receives
   * @throws errors.documentNotFound, errors.actionRefused with the sentence of the step
   */
  send(
    address: SignalAddress,
    what: {
      readonly signal: string
      readonly payload: Readonly<Record<string, unknown>>
      readonly creates?: NewDocument
    },
  ): Promise<Document>
}

export const createSignals = ({
  db,
  store,
  laneOf,
  recordNotices,
  flows,
  files,
  clock,
}: {
  readonly db: Db
  readonly store: StoredDocuments
  readonly laneOf: LaneOf
  readonly recordNotices?: RecordNotices | undefined
  readonly flows: FlowRegistry
  readonly files: StoredFiles
  readonly clock: Clock
}): Signals => {
  const find = async ({ step: id, field, value }: SignalAddress): Promise<Signalled | undefined> => {
    const rows = await db('document_index')
      .where('value', value)
      .select<{ entityId: string; documentId: string; field: string }[]>('entityId', 'documentId', 'field')
    for (const row of rows) {
      const document = await store.load(row.entityId, row.documentId)
      if (!document) continue
      const flow = flows.get(document.flowId, document.flowVersion)
      const step = flow.steps.find(each => each.definition.id === id && `${each.alias}.${field}` === row.field)
      if (step)
        return { document, flow, step, inputs: inputsOf(step, document.data), data: fieldsOf(step, document.data) }
    }
    return undefined
  }

  const born = async (parent: Document, found: NewDocument, now: Date): Promise<Move> => {
    const flow = flowNamed(flows, found.flow)
    if (!flow) throw errors.flowNotFound()
    return arrival(flow, parent.entityId, found, { flows, files, now })
  }

  const attempt = async (
    { document, flow, step }: Signalled,
    { signal, payload, creates }: Parameters<Signals['send']>[1],
  ): Promise<Document> => {
    const now = clock.now()
    const created = creates && (await born(document, creates, now))
    const told = created ? { ...payload, created: created.document.id, createdTitle: created.document.title } : payload
    const name = `${step.alias}.${signal}`
    const outcome = await outcomeOf(flow, document, name, told, {
      now,
      files,
      contents: () => store.contents(document, flow),
    })
    if (typeof outcome === 'string') throw errors.actionRefused({ detail: `Action impossible : ${outcome}.` })
    const move = settle(flow, document, { is: 'signalled', signal: name, outcome }, now)
    const alongside = async (trx: Transaction) => {
      if (!created || !creates) return
      await createStore({ db: trx, flows, laneOf, recordNotices }).create(created)
      const { reference, link: label } = creates
      await bind(trx, { from: document, to: created.document, reference, label, at: now })
    }
    return store.commit(move, document.version, alongside)
  }

  return {
    find,
    send: (address, what) =>
      offered(async () => {
        const found = await find(address)
        if (!found) throw errors.documentNotFound()
        return attempt(found, what)
      }),
  }
}
