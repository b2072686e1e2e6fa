import type { Inbox } from '../authoring/connectors.ts'
import type { Clock } from '../authoring/context.ts'
import type { AnyStep } from '../authoring/steps.ts'
import type { Db, Transaction } from '../db/knex.ts'
import { defaults } from '../engine/form.ts'
import { blank, settle } from '../engine/settle.ts'
import { lineOf, EntityModel } from '../entities/model.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import { newDocumentId } from './ids.ts'
import type { StoredDocuments } from './store.ts'

/** Where an instance delivers: to its own entity, or about documents of its entity and of those below. */
export interface Sender {
  readonly instanceId: string
  readonly entityId: string
}
export type CreateInbox = (sender: Sender) => Inbox

const taken = async (db: Db, { instanceId }: Sender, externalId: string): Promise<boolean> =>
  (await db('inbox_items').where({ instanceId, externalId }).first<unknown>('externalId')) !== undefined

interface Found {
  readonly entityId: string
  readonly documentId: string
  readonly field: string
}

/** Fields by which the steps of a flow recognise the letters of a remote, with the field where they go. */
const mailboxes = (flows: FlowRegistry): ReadonlyMap<string, string> =>
  new Map(
    flows.list().flatMap(flow =>
      flow.steps.flatMap(step => {
        const { correspondence } = step.definition as AnyStep
        return correspondence
          ? [
              [
                `${step.alias}.${correspondence.by as string}`,
                `${step.alias}.${correspondence.into as string}`,
              ] as const,
            ]
          : []
      }),
    ),
  )

/**
 * Where gleaners put what they find. Idempotent by (instance, external id): the line that says so is in the same transaction
 * as the document, so what was delivered before a crash is known after it.
 */
export const createInbox = ({
  db,
  store,
  flows,
  clock,
}: {
  readonly db: Db
  readonly store: StoredDocuments
  readonly flows: FlowRegistry
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
  const once = async <T>(sender: Sender, externalId: string, work: () => Promise<T>, known: T): Promise<T> => {
    if (await taken(db, sender, externalId)) return known
    try {
      return await work()
    } catch (error) {
      if (await taken(db, sender, externalId)) return known
      throw error
    }
  }

  const find = async (sender: Sender, about: string): Promise<Found | undefined> => {
    const boxes = mailboxes(flows)
    if (boxes.size === 0) return undefined
    const rows = await db('document_index as i')
      .join('entities as e', 'e.id', 'i.entity_id')
      .where('i.value', about)
      .whereIn('i.field', [...boxes.keys()])
      .select<{ entityId: string; documentId: string; field: string; path: string }[]>(
        'i.entity_id',
        'i.document_id',
        'i.field',
        'e.path',
      )
    // Numbers of transactions are only unique at one remote: another authority's document with the same number is not ours.
    const own = await EntityModel.query(db).findById(sender.entityId)
    const row = rows.find(each => own && lineOf(each.path).includes(own.id))
    const into = row && boxes.get(row.field)
    return row && into ? { entityId: row.entityId, documentId: row.documentId, field: into } : undefined
  }

  return sender => ({
    deliver: ({ flow: flowId, externalId, values, message }) =>
      once(
        sender,
        externalId,
        async () => {
          const flow = flows.current(flowId)
          if (!flow)
            throw new Error(`Le flux « ${flowId} » n'est pas installé : impossible d'y créer ce qui a été reçu.`)
          const now = clock.now()
          const document = blank(
            flow,
            { id: newDocumentId(), entityId: sender.entityId },
            { ...defaults(flow, now), ...values },
            now,
          )
          const move = settle(flow, document, { is: 'created', ...(message === undefined ? {} : { message }) }, now)
          await store.create(move, record(sender, externalId, { entityId: document.entityId, documentId: document.id }))
          return 'created' as const
        },
        'known' as const,
      ),

    attach: ({ about, externalId, message, files }) =>
      once(
        sender,
        externalId,
        async () => {
          const found = await find(sender, about)
          const document = found && (await store.load(found.entityId, found.documentId))
          if (!found || !document) return 'unknown' as const
          const flow = flows.get(document.flowId, document.flowVersion)
          const move = settle(flow, document, { is: 'received', field: found.field, files, message }, clock.now())
          await store.commit(move, document.version, record(sender, externalId, found))
          return 'attached' as const
        },
        'known' as const,
      ),
  })
}
