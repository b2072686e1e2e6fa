import type { Inbox } from '../authoring/connectors.ts'
import type { Clock } from '../authoring/context.ts'
import type { Db, Transaction } from '../db/knex.ts'
import { defaults } from '../engine/form.ts'
import { slotOf } from '../engine/model.ts'
import { blank, settle } from '../engine/settle.ts'
import { associationsFor, pick } from '../connectors/associations.ts'
import { errors, Problem } from '../errors.ts'
import type { StoredFiles } from '../files/files.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import { newDocumentId } from './ids.ts'
import { accept, extracted, flowNamed, follow, formOf } from './received.ts'
import type { StoredDocuments } from './store.ts'

/** Where an instance delivers: to its own entity, or about documents of its entity and of those below. */
export interface Sender {
  readonly instanceId: string
  readonly entityId: string
}
export type CreateInbox = (sender: Sender) => Inbox

const taken = async (db: Db, { instanceId }: Sender, externalId: string): Promise<boolean> =>
  (await db('inbox_items').where({ instanceId, externalId }).first<unknown>('externalId')) !== undefined

interface Candidate {
  readonly entityId: string
  readonly documentId: string
  readonly field: string
  readonly flowId: string
}

type Letter = Parameters<Inbox['attach']>[0]

interface Found {
  readonly entityId: string
  readonly documentId: string
  readonly field: string
}

/** Where letters go: the step that recognises them, the field that receives them. */
interface Mailbox {
  /** Slots whose instance is listened to; `undefined` when any instance above is. */
  readonly slots: readonly string[] | undefined
  readonly into: string
}

/** By flow and indexed field (`deliberation visa.dossierId`): the mailboxes of the steps. */
const mailboxes = (flows: FlowRegistry): ReadonlyMap<string, Mailbox> =>
  new Map(
    flows.list().flatMap(flow =>
      flow.steps.flatMap(({ alias, definition, needs }) => {
        const { correspondence } = definition
        if (!correspondence) return []
        const slots = correspondence.from === undefined ? needs.map(need => slotOf(alias, need)) : undefined
        const box = { slots, into: `${alias}.${correspondence.into}` }
        return [[`${flow.id} ${alias}.${correspondence.by}`, box] as const]
      }),
    ),
  )

/** How often a letter is offered again to a document that moves at the same time. */
const OFFERS = 5

/**
 * Where gleaners put what they find. Idempotent by (instance, external id): the line that says so is in the same transaction
 * as the document, so what was delivered before a crash is known after it.
 */
export const createInbox = ({
  db,
  store,
  flows,
  files,
  clock,
}: {
  readonly db: Db
  readonly store: StoredDocuments
  readonly flows: FlowRegistry
  readonly files: Pick<StoredFiles, 'open'>
  readonly clock: Clock
}): CreateInbox => {
  const record =
    (sender: Sender, externalId: string, where: { readonly entityId: string; readonly documentId: string }) =>
    async (trx: Transaction) => {
      const { entityId, documentId } = where
      await trx('inbox_items').insert({
        instanceId: sender.instanceId,
        externalId,
        entityId,
        documentId,
        at: clock.now(),
      })
    }

  /** Two runs of the same gleaner may meet: the second to commit finds the line of the first. */
  const once = async <T, K>(sender: Sender, externalId: string, work: () => Promise<T>, known: K): Promise<T | K> => {
    if (await taken(db, sender, externalId)) return known
    try {
      return await work()
    } catch (error) {
      if (await taken(db, sender, externalId)) return known
      throw error
    }
  }

  const isAbove = async (entityId: string, below: string): Promise<boolean> =>
    (await db('entities')
      .where({ id: below })
      .whereRaw('?::bigint = any(entity_line(path))', [entityId])
      .first<unknown>('id')) !== undefined

  /** Numbers of transactions are only unique at one remote: the document must go through this very instance. */
  const isServed = async ({ instanceId, entityId }: Sender, row: Candidate, { slots }: Mailbox): Promise<boolean> => {
    if (!slots) return isAbove(entityId, row.entityId)
    const rows = await associationsFor(db, row.entityId, row.flowId)
    return slots.some(slot => pick(rows, row.flowId, slot)?.instanceId === instanceId)
  }

  const find = async (sender: Sender, about: string): Promise<Found | undefined> => {
    const boxes = mailboxes(flows)
    const candidates = await db('document_index')
      .where('value', about)
      .select<Candidate[]>('entityId', 'documentId', 'field', 'flowId')
    for (const row of candidates) {
      const box = boxes.get(`${row.flowId} ${row.field}`)
      if (box && (await isServed(sender, row, box)))
        return { entityId: row.entityId, documentId: row.documentId, field: box.into }
    }
    return undefined
  }

  const attach = async (
    sender: Sender,
    { about, externalId, message, files }: Letter,
  ): Promise<'attached' | 'unknown'> => {
    for (let offer = 1; ; offer++) {
      const found = await find(sender, about)
      const document = found && (await store.load(found.entityId, found.documentId))
      if (!found || !document) return 'unknown'
      const flow = flows.get(document.flowId, document.flowVersion)
      const move = settle(flow, document, { is: 'received', field: found.field, files, message }, clock.now())
      try {
        await store.commit(move, document.version, record(sender, externalId, found))
        return 'attached'
      } catch (error) {
        if (offer === OFFERS || !(error instanceof Problem) || error.code !== errors.documentMoved.code) throw error
      }
    }
  }

  return sender => ({
    async form(name) {
      const flow = flowNamed(flows, name)
      return flow && formOf(flow)
    },

    deliver: ({ flow: name, externalId, values, message, then }) =>
      once(
        sender,
        externalId,
        async () => {
          const flow = flowNamed(flows, name)
          if (!flow) throw new Error(`Le flux « ${name} » n'est pas installé : impossible d'y créer ce qui a été reçu.`)
          const now = clock.now()
          const accepted = await extracted(flow, accept(flow, values, now), { flows, files })
          const document = blank(
            flow,
            { id: newDocumentId(), entityId: sender.entityId },
            { ...defaults(flow, now), ...accepted.values },
            now,
          )
          const created = settle(flow, document, { is: 'created', ...(message === undefined ? {} : { message }) }, now)
          const move = follow(flow, created, accepted.remarks, then, now)
          await store.create(move, record(sender, externalId, { entityId: document.entityId, documentId: document.id }))
          return 'created' as const
        },
        'known' as const,
      ),

    attach: letter => once(sender, letter.externalId, () => attach(sender, letter), 'known' as const),
  })
}
