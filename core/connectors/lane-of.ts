import type { LaneOf } from '../documents/store.ts'
import type { Db } from '../db/knex.ts'
import { slotOf, type Document } from '../engine/model.ts'
import type { Flows } from '../engine/ports.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import type { Clock } from '../authoring/context.ts'
import type { Lane } from '../jobs/queue.ts'
import { resolveInstance } from './associations.ts'
import type { ConnectorRegistry } from './registry.ts'

/** An answer serves this long: a lane that has just changed costs at worst one call out of its turn. */
const KEPT = 5_000
/** Then everything is forgotten rather than sorted out. */
const MOST = 10_000

export interface LaneDependencies {
  readonly db: Db
  readonly flows: Flows & Partial<Pick<FlowRegistry, 'ensure'>>
  readonly registry: ConnectorRegistry
  readonly clock: Clock
}

/** Simultaneous calls that an instance bears: its own setting, else what its connector says, else one. */
const concurrencyOf = async (db: Db, registry: ConnectorRegistry, instanceId: string): Promise<number> => {
  const row = await db('connector_instances')
    .where('id', instanceId)
    .first<{ connector: string; concurrency: number | null } | undefined>('connector', 'concurrency')
  return row?.concurrency ?? (row && registry.find(row.connector)?.definition.pace?.concurrency) ?? 1
}

/** The lane of what is due for a document: that of the instance associated to the slot of its task. */
export const createLaneOf = ({ db, flows, registry, clock }: LaneDependencies): LaneOf => {
  const kept = new Map<string, { readonly lane: Lane | undefined; readonly until: number }>()

  const find = async (on: Db, entityId: string, flowId: string, slot: string): Promise<Lane | undefined> => {
    const instanceId = await resolveInstance(on, entityId, flowId, slot)
    return instanceId === undefined
      ? undefined
      : { instanceId, concurrency: await concurrencyOf(on, registry, instanceId) }
  }

  const slotDue = ({ flowId, flowVersion, due }: Document): string | undefined => {
    const task = due && flows.get(flowId, flowVersion).tasks[due.task]
    return task?.needs === undefined ? undefined : slotOf(task.step, task.needs)
  }

  return async (document, trx) => {
    if (document.due) await flows.ensure?.(document.flowId, document.flowVersion)
    const slot = slotDue(document)
    if (slot === undefined) return undefined
    const { entityId, flowId } = document
    if (trx) return find(trx, entityId, flowId, slot)
    const key = `${entityId} ${flowId} ${slot}`
    const now = clock.now().getTime()
    const known = kept.get(key)
    if (known && known.until > now) return known.lane
    const lane = await find(db, entityId, flowId, slot)
    if (kept.size >= MOST) kept.clear()
    kept.set(key, { lane, until: now + KEPT })
    return lane
  }
}
