import { capabilityLabel } from '../contracts/labels.ts'
import { lockAssociations, wakeWaiting } from '../documents/waiting.ts'
import type { Db, Transaction } from '../db/knex.ts'
import { slotOf, type CompiledFlow } from '../engine/model.ts'
import { EntityModel, lineOf } from '../entities/model.ts'
import { errors } from '../errors.ts'
import { AssociationModel, EVERY_FLOW, InstanceModel } from './model.ts'
import type { ConnectorRegistry } from './registry.ts'

/** Which instance serves a slot, and which entity decided so. */
export interface Resolved {
  readonly slot: string
  /** Entity that holds the association: the one asked about, or an ancestor. */
  readonly from: string
  readonly instanceId: string
}

interface Row {
  readonly flowId: string
  readonly slot: string
  readonly from: string
  readonly instanceId: string
}

/**
 * Associations that hold for an entity: the nearest one up the tree wins; at the same level, the one made for the flow wins
 * over the one made for every flow. One query, whatever the depth of the tree.
 * @param flowId all flows when left out
 */
export const associationsFor = async (db: Db, entityId: string, flowId?: string): Promise<readonly Row[]> => {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select a.flow_id as "flowId", a.slot, a.entity_id as "from", a.instance_id as "instanceId"
     from entities e
     join entities owner on owner.id = any(entity_line(e.path))
     join associations a on a.entity_id = owner.id
     where e.id = :entityId ${flowId === undefined ? '' : 'and a.flow_id in (:flowId, :every)'}
     order by length(owner.path) desc, a.flow_id = :every`,
    { entityId, flowId: flowId ?? null, every: EVERY_FLOW },
  )
  return rows
}

/** The association that holds for a slot, among those of `associationsFor`. */
export const pick = (rows: readonly Row[], flowId: string, slot: string): Resolved | undefined => {
  const row = rows.find(each => each.slot === slot && (each.flowId === flowId || each.flowId === EVERY_FLOW))
  return row && { slot, from: row.from, instanceId: row.instanceId }
}

/** The instance of a slot for an entity; `undefined` when nobody associated one. */
export const resolveInstance = async (
  db: Db,
  entityId: string,
  flowId: string,
  slot: string,
): Promise<string | undefined> => pick(await associationsFor(db, entityId, flowId), flowId, slot)?.instanceId

/** A slot of a flow, as an administrator reads it. */
export interface Slot {
  readonly slot: string
  readonly label: string
  readonly capability: string
}

/** What a flow needs to be associated. */
export const slotsOf = (flow: CompiledFlow): readonly Slot[] =>
  flow.steps.flatMap(step =>
    step.needs.map(capability => ({
      slot: slotOf(step.alias, capability),
      label: step.needs.length > 1 ? `${step.label} (${capabilityLabel(capability)})` : step.label,
      capability,
    })),
  )

/** Where the connector that stamps the journal stands (`journal/stamping.ts`). */
export const JOURNAL_SLOT = 'journal:horodatage'

/** What the platform itself needs, whatever the flows: associated for all of them, at the root or below. */
export const PLATFORM_SLOTS: readonly Slot[] = [
  { slot: JOURNAL_SLOT, label: 'Horodatage du journal', capability: 'horodatage' },
]

/** What may be associated under a name: the slots of a flow, or those of every flow and of the platform. */
export const slotsUnder = (flowId: string, flows: readonly CompiledFlow[]): readonly Slot[] =>
  flowId === EVERY_FLOW
    ? [...flows.flatMap(slotsOf), ...PLATFORM_SLOTS]
    : flows.filter(flow => flow.id === flowId).flatMap(slotsOf)

const slotNamed = (flows: readonly CompiledFlow[], flowId: string, slot: string): Slot => {
  if (flowId !== EVERY_FLOW && !flows.some(flow => flow.id === flowId)) throw errors.flowNotFound()
  const found = slotsUnder(flowId, flows).find(each => each.slot === slot)
  if (found) return found
  const message = `L'emplacement « ${slot} » n'existe pas dans ce flux : rechargez la liste des associations.`
  throw errors.badInput({ fields: [{ field: 'slot', message, code: 'inconnu' }] })
}

const usable = async (
  trx: Transaction,
  {
    registry,
    entity,
    slot,
    instanceId,
  }: { registry: ConnectorRegistry; entity: EntityModel; slot: Slot; instanceId: string },
): Promise<InstanceModel> => {
  const instance = /^\d+$/u.test(instanceId)
    ? await InstanceModel.query(trx)
        .findById(instanceId)
        .whereIn('entityId', [...lineOf(entity.path)])
    : undefined
  if (!instance) throw errors.instanceNotFound()
  const definition = registry.find(instance.connector)?.definition
  const forbidden = definition && registry.forbids(definition)
  if (forbidden !== undefined)
    throw errors.badInput({ fields: [{ field: 'instanceId', message: forbidden, code: 'simulation' }] })
  const provides = definition?.provides as readonly string[] | undefined
  if (provides?.includes(slot.capability)) return instance
  const message = `« ${instance.label} » ne convient pas à l'étape « ${slot.label} » : choisissez un connecteur de la famille « ${capabilityLabel(slot.capability)} ».`
  throw errors.badInput({ fields: [{ field: 'instanceId', message, code: 'famille' }] })
}

/** An association where it was made, with its number. */
export interface Binding {
  readonly id: string
  readonly entityId: string
  /** A flow, or `*` for all of them. */
  readonly flow: string
  readonly slot: string
  readonly instanceId: string
}

/** The associations that an entity made itself, or those that use an instance, by their number. */
export const bindings = async (
  db: Db,
  of: { readonly entityId: string } | { readonly instanceId: string },
): Promise<readonly Binding[]> =>
  db('associations')
    .where(of)
    .orderBy('id')
    .select<Binding[]>('id', 'entity_id', 'flow_id as flow', 'slot', 'instance_id')

export interface Association {
  readonly entityId: string
  /** A flow, or `*` for all of them. */
  readonly flowId: string
  readonly slot: string
  /** `null` removes what this entity had chosen: what its ancestors chose holds again. */
  readonly instanceId: string | null
}

/**
 * Associates an instance of the entity or of an ancestor, and wakes the documents that were waiting for it, here and below.
 * @returns the sentence for the journal
 * @throws errors.flowNotFound, errors.badInput (unknown slot, wrong family), errors.instanceNotFound
 */
export const associate = async (
  trx: Transaction,
  { entityId, flowId, slot: name, instanceId }: Association,
  {
    registry,
    flows,
    now,
  }: { readonly registry: ConnectorRegistry; readonly flows: readonly CompiledFlow[]; readonly now: Date },
): Promise<string> => {
  const entity = await EntityModel.query(trx).findById(entityId)
  if (!entity) throw errors.entityNotFound()
  const slot = slotNamed(flows, flowId, name)
  await lockAssociations(trx)
  const where = flowId === EVERY_FLOW ? 'de tous les flux' : `du flux « ${flowId} »`
  const what = PLATFORM_SLOTS.includes(slot)
    ? `l'emplacement « ${slot.label} » de la plateforme`
    : `l'étape « ${slot.label} » ${where}`
  let said = `Association retirée pour ${what}.`
  if (instanceId === null) await AssociationModel.query(trx).delete().where({ entityId, flowId, slot: name })
  else {
    const instance = await usable(trx, { registry, entity, slot, instanceId })
    await AssociationModel.query(trx)
      .insert({ entityId, flowId, slot: name, instanceId })
      .onConflict(['entityId', 'flowId', 'slot'])
      .merge()
    said = `« ${instance.label} » associé à ${what}.`
  }
  await wakeWaiting(trx, { entityPath: entity.path, flowId: flowId === EVERY_FLOW ? undefined : flowId }, now)
  return said
}
