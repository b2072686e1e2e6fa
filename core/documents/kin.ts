import { associationsFor } from '../connectors/associations.ts'
import type { Clock } from '../authoring/context.ts'
import { PermanentError } from '../authoring/errors.ts'
import type { CreatedDocument } from '../authoring/relations.ts'
import type { Db, Transaction } from '../db/knex.ts'
import { problems } from '../engine/form.ts'
import { DRAFT, slotOf, type Document } from '../engine/model.ts'
import type { Kin } from '../engine/ports.ts'
import type { StoredFiles } from '../files/files.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import { arrival, flowNamed } from './received.ts'
import { siblingsIn } from './siblings.ts'
import type { StoredDocuments } from './store.ts'
import { LONGEST_INDEXED } from './traces.ts'

/** A few are enough to say that there are some. */
const MOST_TWINS = 5

/** Two documents, and what each is for the other. */
export interface Bond {
  readonly from: Pick<Document, 'entityId' | 'id'>
  readonly to: Pick<Document, 'entityId' | 'id'>
  /** Unique among those of `from`. */
  readonly reference: string
  readonly label: { readonly there: string; readonly here: string }
  readonly at: Date
}

/** Stores both sides of a link. */
export const bind = async (trx: Transaction, { from, to, reference, label, at }: Bond): Promise<void> => {
  await trx('document_relations').insert([
    {
      entityId: from.entityId,
      documentId: from.id,
      reference,
      label: label.there,
      otherEntityId: to.entityId,
      otherId: to.id,
      at,
    },
    {
      entityId: to.entityId,
      documentId: to.id,
      reference: `${from.id} ${reference}`,
      label: label.here,
      otherEntityId: from.entityId,
      otherId: from.id,
      at,
    },
  ])
}

/** What a document is linked to. */
export interface Relative {
  readonly label: string
  readonly entityId: string
  readonly id: string
  readonly title: string
  readonly flow: string
  readonly state: string
  readonly at: Date
}

/** Most of them shown; no document has that many. */
const MOST_RELATIVES = 200

/** Documents linked to this one, oldest link first. Who may see each of them is for the caller to say. */
export const relativesOf = (db: Db, { entityId, documentId }: { entityId: string; documentId: string }) =>
  db('document_relations as r')
    .join('documents as d', join => join.on('d.entity_id', 'r.other_entity_id').andOn('d.id', 'r.other_id'))
    .where({ 'r.entity_id': entityId, 'r.document_id': documentId })
    .orderBy(['r.at', 'r.reference'])
    .limit(MOST_RELATIVES)
    .select<Relative[]>({
      label: 'r.label',
      entityId: 'd.entity_id',
      id: 'd.id',
      title: 'd.title',
      flow: 'd.flow_id',
      state: 'd.state',
      at: 'r.at',
    })

export const createKin = ({
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
}): Kin => {
  const known = async ({ entityId, id }: Document, reference: string): Promise<string | undefined> => {
    const row = await db('document_relations')
      .where({ entityId, documentId: id, reference })
      .first<{ otherId: string } | undefined>('otherId')
    return row?.otherId
  }

  const faultsOf = ({ flowId, flowVersion, state, data }: Document): readonly string[] =>
    state === DRAFT ? problems(flows.get(flowId, flowVersion), data, clock.now()).map(({ message }) => message) : []

  const knownAs = async ({ entityId }: Document, id: string): Promise<CreatedDocument> => {
    const document = await store.load(entityId, id)
    return { id, is: 'known', problems: document ? faultsOf(document) : [] }
  }

  return {
    async create(parent, { flow: name, reference, values, message, then, link }) {
      const before = await known(parent, reference)
      if (before !== undefined) return knownAs(parent, before)
      const flow = flowNamed(flows, name)
      if (!flow)
        throw new PermanentError(
          `Le flux « ${name} » n'est pas installé : l'administrateur doit l'ajouter, puis l'action pourra être refaite.`,
        )
      const at = clock.now()
      const move = await arrival(flow, parent.entityId, { values, message, then }, { flows, files, now: at })
      const { id } = move.document
      try {
        await store.create(move, trx => bind(trx, { from: parent, to: move.document, reference, label: link, at }))
      } catch (error) {
        // Two attempts of the same task: the one that came first made the document.
        const first = await known(parent, reference)
        if (first === undefined) throw error
        return knownAs(parent, first)
      }
      return { id, is: 'created', problems: faultsOf(move.document) }
    },

    async associated({ entityId }, name) {
      const flow = flowNamed(flows, name)
      if (!flow) return false
      const rows = await associationsFor(db, entityId, flow.id)
      return flow.steps
        .filter(step => !step.definition.optional)
        .flatMap(step => step.needs.map(need => slotOf(step.alias, need)))
        .every(slot => rows.some(row => row.flowId === flow.id && row.slot === slot))
    },

    siblings: siblingsIn(db, flows),

    async twins({ entityId, id, flowId, data }, field) {
      const held = data[field]
      if (typeof held !== 'string' || held.trim() === '') return []
      const rows = await db('document_index as i')
        .join('documents as d', join => join.on('d.entity_id', 'i.entity_id').andOn('d.id', 'i.document_id'))
        .where({ 'i.value': held.trim().slice(0, LONGEST_INDEXED), 'i.field': field, 'i.entity_id': entityId })
        .where({ 'd.flow_id': flowId })
        .whereNot('d.id', id)
        .whereNot('d.state', DRAFT)
        .orderBy('d.created_at')
        .limit(MOST_TWINS)
        .select<{ id: string; title: string; state: string }[]>('d.id', 'd.title', 'd.state')
      return rows.map(row => ({ ...row, stateLabel: flows.current(flowId)?.states[row.state]?.label ?? row.state }))
    },
  }
}
