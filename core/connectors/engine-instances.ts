import type { Clock } from '../authoring/context.ts'
import type { Db } from '../db/knex.ts'
import { inTransaction } from '../db/unit-of-work.ts'
import { slotOf } from '../engine/model.ts'
import type { Instances, InstanceSettings } from '../engine/ports.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import { associationsFor, pick } from './associations.ts'
import { capabilitiesOf, type Connections } from './connections.ts'
import { suspendInstance } from './instances.ts'
import { InstanceModel } from './model.ts'

const settingsOf = (instance: InstanceModel): InstanceSettings => ({
  id: instance.id,
  label: instance.label,
  polling: instance.polling ?? undefined,
  patience: instance.patience ?? undefined,
  suspended: instance.status === 'suspended' ? instance.statusMessage : undefined,
})

/** Instances as the engine sees them: associated, healthy or suspended, and connected on demand. */
export const createEngineInstances = ({
  db,
  flows,
  connections,
  clock,
}: {
  readonly db: Db
  readonly flows: FlowRegistry
  readonly connections: Connections
  readonly clock: Clock
}): Instances => ({
  async of(entityId, flowId) {
    const flow = flows.current(flowId)
    const rows = await associationsFor(db, entityId, flowId)
    const slots = flow?.steps.flatMap(step => step.needs.map(need => slotOf(step.alias, need))) ?? []
    const resolved = slots.flatMap(slot => pick(rows, flowId, slot) ?? [])
    if (resolved.length === 0) return new Map()
    const instances = await InstanceModel.query(db)
      .findByIds([...new Set(resolved.map(each => each.instanceId))])
      .select('id', 'label', 'polling', 'patience', 'status', 'statusMessage')
    const byId = new Map(instances.map(instance => [instance.id, settingsOf(instance)]))
    return new Map(
      resolved.flatMap(({ slot, instanceId }) => {
        const instance = byId.get(instanceId)
        return instance ? [[slot, instance] as const] : []
      }),
    )
  },

  during: connections.during,

  async connect(instanceId) {
    return capabilitiesOf(await connections.open(instanceId))
  },

  async suspend(instanceId, message) {
    await inTransaction(db, trx => suspendInstance(trx, instanceId, message, clock.now()))
  },
})
