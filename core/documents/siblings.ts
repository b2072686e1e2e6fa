import { associationsFor, pick } from '../connectors/associations.ts'
import { InstanceModel } from '../connectors/model.ts'
import type { Db } from '../db/knex.ts'
import { fieldsOf, inputsOf, stepNamed } from '../engine/inputs.ts'
import { slotOf, type CompiledFlow } from '../engine/model.ts'
import type { Kin } from '../engine/ports.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import { DOCUMENT_COLUMNS, DocumentModel, toDocument } from './model.ts'
import { LONGEST_INDEXED } from './traces.ts'

type Sibling = Awaited<ReturnType<Kin['siblings']>> extends AsyncIterable<infer S> ? S : never

/** Documents read at a time: the values of one are a few kilobytes. */
const PAGE = 200

/** Where documents hold the value: one walk of an index each. */
interface Place {
  readonly entityId: string
  readonly field: string
}

/** A field of a step, by the names that it has in the flows that hold the step. */
const namesOf = (flows: readonly CompiledFlow[], stepId: string, field: string): readonly string[] => [
  ...new Set(
    flows.flatMap(({ steps }) =>
      steps.filter(({ definition }) => definition.id === stepId).map(({ alias }) => `${alias}.${field}`),
    ),
  ),
]

/**
 * The entity from which the instance that serves a slot is offered downwards. Two entities that share the instance write at the same
 * place, hence are to be read together.
 */
const ownerOf = async (db: Db, entityId: string, flowId: string, slot: string): Promise<string> => {
  const association = pick(await associationsFor(db, entityId, flowId), flowId, slot)
  const instance = association && (await InstanceModel.query(db).findById(association.instanceId).select('entityId'))
  return instance?.entityId ?? entityId
}

const placesOf = async (db: Db, names: readonly string[], value: string, owner: string): Promise<readonly Place[]> => {
  const { rows } = await db.raw<{ rows: Place[] }>(
    `select distinct i.entity_id as "entityId", i.field
     from document_index i join entities e on e.id = i.entity_id
     where i.value = :value and i.field = any(:names::text[]) and :owner = any(entity_line(e.path))
     order by i.entity_id, i.field`,
    { value, names: [...names], owner },
  )
  return rows
}

/** A page of a place, oldest first; the index is in that order. */
const pageOf = (
  db: Db,
  { entityId, field }: Place,
  value: string,
  after: Pick<DocumentModel, 'createdAt' | 'id'> | undefined,
) =>
  DocumentModel.query(db)
    .alias('d')
    .join('document_index as i', join => join.on('i.entity_id', 'd.entity_id').andOn('i.document_id', 'd.id'))
    .where({ 'i.entity_id': entityId, 'i.field': field, 'i.value': value })
    .modify(query => {
      if (after) void query.whereRaw('(i.created_at, i.document_id) > (?, ?)', [after.createdAt, after.id])
    })
    .orderBy(['i.created_at', 'i.document_id'])
    .limit(PAGE)
    .select(DOCUMENT_COLUMNS.map(column => `d.${column}`))

/** Siblings of a document (`Kin.siblings`): the order is that of entities, then of creation. */
export const siblingsIn =
  (db: Db, flows: FlowRegistry): Kin['siblings'] =>
  async ({ entityId, flowId, flowVersion, data }, { step, capability, field }) => {
    const held = data[`${step}.${field}`]
    const value = typeof held === 'string' ? held.trim().slice(0, LONGEST_INDEXED) : ''
    const owner = capability === undefined ? entityId : await ownerOf(db, entityId, flowId, slotOf(step, capability))
    const stepId = stepNamed(flows.get(flowId, flowVersion), step).definition.id
    const places = value === '' ? [] : await placesOf(db, namesOf(flows.list(), stepId, field), value, owner)

    const asSibling = async (row: DocumentModel, name: string): Promise<Sibling> => {
      await flows.ensure(row.flowId, row.flowVersion)
      const document = flows.upToDate(toDocument(row))
      const seen = stepNamed(flows.get(document.flowId, document.flowVersion), name.slice(0, -field.length - 1))
      const { id, title } = document
      return { id, title, inputs: inputsOf(seen, document.data), data: fieldsOf(seen, document.data) }
    }
    const walk = async function* () {
      for (const place of places) {
        let after: DocumentModel | undefined
        do {
          const rows = await pageOf(db, place, value, after)
          for (const row of rows) yield await asSibling(row, place.field)
          after = rows.length < PAGE ? undefined : rows.at(-1)
        } while (after)
      }
    }
    return walk()
  }
