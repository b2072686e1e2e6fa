import type { Inbox, News } from '../authoring/connectors.ts'
import type { Clock } from '../authoring/context.ts'
import type { Db, Transaction } from '../db/knex.ts'
import type { Event } from '../engine/events.ts'
import { slotOf, type Document } from '../engine/model.ts'
import { settle } from '../engine/settle.ts'
import { outcomeOf } from '../engine/signals.ts'
import { associationsFor, pick } from '../connectors/associations.ts'
import type { StoredFiles } from '../files/files.ts'
import { noNewDocument, type FlowRegistry } from '../flows/registry.ts'
import { bind } from './kin.ts'
import { createNews } from './news.ts'
import { offered } from './offers.ts'
import { arrival, flowNamed, formOf } from './received.ts'
import type { StoredDocuments } from './store.ts'

/** Where an instance delivers: to its own entity, or about documents of its entity and of those below. */
export interface Sender {
  readonly instanceId: string
  readonly entityId: string
}
export type CreateInbox = (sender: Sender) => Inbox & News

const taken = async (db: Db, { instanceId }: Sender, externalId: string): Promise<boolean> =>
  (await db('inbox_items').where({ instanceId, externalId }).first<unknown>('externalId')) !== undefined

interface Candidate {
  readonly entityId: string
  readonly documentId: string
  readonly field: string
  readonly flowId: string
}

type Letter = Parameters<Inbox['attach']>[0]
type Delivery = Parameters<Inbox['deliver']>[0]

interface Found {
  readonly entityId: string
  readonly documentId: string
  readonly field: string
  readonly tells: string | undefined
}

/** Where letters go: the step that recognises them, the field that receives them. */
interface Mailbox {
  /** Slots whose instance is listened to; `undefined` when any instance above is. */
  readonly slots: readonly string[] | undefined
  readonly into: string
  /** Full name of the signal that hears of them first. */
  readonly tells: string | undefined
}

/** By flow and indexed field (`deliberation visa.dossierId`): the mailboxes of the steps. */
const mailboxes = (flows: FlowRegistry): ReadonlyMap<string, Mailbox> =>
  new Map(
    flows.list().flatMap(flow =>
      flow.steps.flatMap(({ alias, definition, needs }) => {
        const { correspondence } = definition
        if (!correspondence) return []
        const slots = correspondence.from === undefined ? needs.map(need => slotOf(alias, need)) : undefined
        const tells = correspondence.tells === undefined ? undefined : `${alias}.${correspondence.tells}`
        const box = { slots, into: `${alias}.${correspondence.into}`, tells }
        return [[`${flow.id} ${alias}.${correspondence.by}`, box] as const]
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
  files,
  clock,
}: {
  readonly db: Db
  readonly store: StoredDocuments
  readonly flows: FlowRegistry
  readonly files: Pick<StoredFiles, 'open' | 'save'>
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
        return { entityId: row.entityId, documentId: row.documentId, field: box.into, tells: box.tells }
    }
    return undefined
  }

  /** The entity that what arrives is for, at or below that of the instance; its own, with a word, when it cannot be told. */
  const addressee = async (
    { entityId }: Sender,
    wanted: Delivery['entity'],
  ): Promise<{ readonly entityId: string; readonly remarks: readonly string[] }> => {
    if (!wanted) return { entityId, remarks: [] }
    const siren = 'siren' in wanted ? wanted.siren.replaceAll(/\D/gu, '').slice(0, 9) : ''
    const found = await db('entities')
      .where('active', true)
      .whereRaw('?::bigint = any(entity_line(path))', [entityId])
      .modify(query => void ('id' in wanted ? query.where('id', wanted.id) : query.where('siren', siren)))
      .orderByRaw('length(path)')
      .limit(2)
      .select<{ id: string }[]>('id')
    const [only, another] = found
    if (only && !another) return { entityId: only.id, remarks: [] }
    const who = 'id' in wanted ? `d'identifiant ${wanted.id}` : `de SIREN ${siren}`
    const why = another
      ? `Plusieurs entités ${who} peuvent le recevoir`
      : `Aucune entité active ${who} ne peut le recevoir`
    return { entityId, remarks: [`${why} : il reste dans l'entité du connecteur.`] }
  }

  /** A letter is heard by the step that listens, or put into its field. */
  const eventOf = async (document: Document, { field, tells }: Found, letter: Letter): Promise<Event> => {
    const { about, message, files: brought, says } = letter
    const received = { is: 'received', field, files: brought, message } as const
    if (tells === undefined) return received
    const flow = flows.get(document.flowId, document.flowVersion)
    const outcome = await outcomeOf(
      flow,
      document,
      tells,
      { ...says, about, message, files: brought },
      { now: clock.now(), files, contents: () => store.contents(document, flow) },
    )
    return typeof outcome === 'string' ? received : { is: 'signalled', signal: tells, outcome }
  }

  const attach = (sender: Sender, letter: Letter): Promise<'attached' | 'unknown'> =>
    offered(async () => {
      const found = await find(sender, letter.about)
      const document = found && (await store.load(found.entityId, found.documentId))
      if (!found || !document) return 'unknown'
      const flow = flows.get(document.flowId, document.flowVersion)
      const move = settle(flow, document, await eventOf(document, found, letter), clock.now())
      await store.commit(move, document.version, record(sender, letter.externalId, found))
      return 'attached'
    })

  const newsFor = createNews({ db, store, flows, files, clock })

  return sender => ({
    ...newsFor(sender),

    async form(name) {
      const flow = flowNamed(flows, name)
      return flow && formOf(flow)
    },

    deliver: ({ flow: name, externalId, entity, about, ...found }) =>
      once(
        sender,
        externalId,
        async () => {
          const flow = flowNamed(flows, name)
          if (!flow) throw new Error(`Le flux « ${name} » n'est pas installé : impossible d'y créer ce qui a été reçu.`)
          const refusal = noNewDocument(flows, flow)
          if (refusal !== undefined) throw new Error(refusal)
          const subject = about && (await find(sender, about.value))
          const { entityId, remarks } = await addressee(sender, subject ? { id: subject.entityId } : entity)
          const at = clock.now()
          const move = await arrival(flow, entityId, found, { flows, files, now: at, remarks })
          const received = record(sender, externalId, { entityId, documentId: move.document.id })
          await store.create(move, async trx => {
            await received(trx)
            if (!about || !subject) return
            const from = { entityId: subject.entityId, id: subject.documentId }
            const reference = `${sender.instanceId} ${externalId}`
            await bind(trx, { from, to: move.document, reference, label: about.label, at })
          })
          return 'created' as const
        },
        'known' as const,
      ),

    attach: letter => once(sender, letter.externalId, () => attach(sender, letter), 'known' as const),
  })
}
