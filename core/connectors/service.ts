import type { Clock } from '../authoring/context.ts'
import type { FieldSpec } from '../authoring/fields.ts'
import type { Db } from '../db/knex.ts'
import { inTransaction } from '../db/unit-of-work.ts'
import { fieldView } from '../documents/views.ts'
import { errors } from '../errors.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import type { ConnectorsApi } from '../http/ports.ts'
import { associate, associationsFor, bindings, pick, PLATFORM_SLOTS, slotsOf } from './associations.ts'
import type { Connections } from './connections.ts'
import { readSettings } from './connections.ts'
import {
  checkComplete,
  createInstance,
  ownInstance,
  removeInstance,
  resumeInstance,
  updateInstance,
  usableInstances,
  type InstanceChanges,
} from './instances.ts'
import { EVERY_FLOW, InstanceModel } from './model.ts'
import type { ConnectorRegistry, InstalledConnector } from './registry.ts'
import type { Schedules } from './schedules.ts'
import { SecretUnreadable, type Secrets } from './secrets.ts'
import { tell } from './tell.ts'

export type Connectors = ConnectorsApi

type InstanceView = Awaited<ReturnType<Connectors['view']>>
type TypeView = ReturnType<Connectors['types']>[number]

const typeView = ({ definition, help }: InstalledConnector, forbidden: string | undefined): TypeView => ({
  id: definition.id,
  version: definition.version,
  label: definition.label,
  provides: [...(definition.provides as readonly string[])],
  fields: Object.entries(definition.config as Readonly<Record<string, FieldSpec>>).map(([name, field]) =>
    fieldView(name, field, { editable: true }),
  ),
  schedules: Object.entries(definition.schedules ?? {}).map(([name, schedule]) => ({ name, label: schedule.label })),
  forbidden: forbidden ?? null,
  help,
})

const said = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** What administrators do with connectors. Each change is in the journal of its entity. */
export const createConnectors = ({
  db,
  registry,
  secrets,
  connections,
  schedules,
  flows,
  clock,
}: {
  readonly db: Db
  readonly registry: ConnectorRegistry
  readonly secrets: Secrets
  readonly connections: Connections
  readonly schedules: Schedules
  readonly flows: FlowRegistry
  readonly clock: Clock
}): Connectors => {
  const act = (userId: string) => ({ by: userId, now: clock.now() })

  /** Names of the secrets that hold something: all that is ever said of them. */
  const secretsSet = (instance: InstanceModel, installed: InstalledConnector | undefined): readonly string[] => {
    if (!installed || !instance.secrets) return []
    try {
      return Object.keys(readSettings(instance, installed.definition, secrets).secrets)
    } catch (error) {
      if (error instanceof SecretUnreadable) return []
      throw error
    }
  }

  const breakers = async (ids: readonly string[]): Promise<ReadonlySet<string>> => {
    const rows = await db('instance_lanes')
      .whereIn('instanceId', [...ids])
      .where('openUntil', '>', clock.now())
      .select<{ instanceId: string }[]>('instance_id')
    return new Set(rows.map(row => row.instanceId))
  }

  const present = (instance: InstanceModel, entityId: string, open: ReadonlySet<string>): InstanceView => {
    const installed = registry.find(instance.connector)
    const broken = open.has(instance.id)
    // A town uses the instance of its management centre; its address and accounts are the centre's business.
    const inherited = instance.entityId !== entityId
    return {
      id: instance.id,
      entityId: instance.entityId,
      connector: instance.connector,
      connectorLabel: installed?.definition.label ?? `${instance.connector} (désinstallé)`,
      label: instance.label,
      provides: [...(installed?.definition.provides ?? [])],
      config: inherited ? {} : instance.config,
      secretsSet: inherited ? [] : [...secretsSet(instance, installed)],
      status: instance.status === 'ok' && broken ? 'breaker' : instance.status,
      statusMessage:
        instance.status === 'ok' && broken
          ? 'Le service distant ne répond plus : les appels reprendront seuls dans quelques minutes.'
          : instance.statusMessage,
      inherited,
      polling: instance.polling,
      patience: instance.patience,
      concurrency: instance.concurrency,
      spacing: instance.spacing,
    }
  }

  const presentOne = async (instance: InstanceModel, entityId: string) =>
    present(instance, entityId, await breakers([instance.id]))

  const usable = async (entityId: string, instanceId: string): Promise<InstanceModel> => {
    const found = (await usableInstances(db, entityId)).find(each => each.id === instanceId)
    if (!found) throw errors.instanceNotFound()
    return found
  }

  const associations: Connectors['associations'] = async entityId => {
    const rows = await associationsFor(db, entityId)
    const of = flows.list().map(flow => ({ flow: flow.id, slots: slotsOf(flow) }))
    return [...of, { flow: EVERY_FLOW, slots: PLATFORM_SLOTS }].flatMap(({ flow, slots }) =>
      slots.map(({ slot, label, capability }) => {
        const resolved = pick(rows, flow, slot)
        return {
          flow,
          slot,
          slotLabel: label,
          capability,
          instanceId: resolved?.instanceId ?? null,
          inheritedFrom: resolved && resolved.from !== entityId ? resolved.from : null,
        }
      }),
    )
  }

  return {
    types: () => registry.all.map(each => typeView(each, registry.forbids(each.definition))),
    definitions: () => registry.all.map(({ definition }) => definition),

    async everywhere() {
      const all = await InstanceModel.query(db).orderBy('id')
      const open = await breakers(all.map(each => each.id))
      return all.map(instance => present(instance, instance.entityId, open))
    },

    async find(instanceId) {
      const found = /^\d{1,18}$/u.test(instanceId) ? await InstanceModel.query(db).findById(instanceId) : undefined
      return found && presentOne(found, found.entityId)
    },

    async list(entityId) {
      const all = await usableInstances(db, entityId)
      const open = await breakers(all.map(each => each.id))
      return all.map(instance => present(instance, entityId, open))
    },

    async create({ entityId, userId }, instance) {
      const created = await inTransaction(db, trx =>
        createInstance(trx, { registry, secrets }, entityId, instance, act(userId)),
      )
      await schedules.plan()
      return presentOne(created, entityId)
    },

    async view(entityId, instanceId) {
      return presentOne(await usable(entityId, instanceId), entityId)
    },

    async update({ entityId, userId }, instanceId, changes) {
      const updated = await inTransaction(db, async trx =>
        updateInstance(
          trx,
          { registry, secrets },
          await ownInstance(trx, entityId, instanceId),
          changes as InstanceChanges,
          act(userId),
        ),
      )
      return presentOne(updated, entityId)
    },

    async remove({ entityId, userId }, instanceId) {
      await inTransaction(db, async trx =>
        removeInstance(trx, await ownInstance(trx, entityId, instanceId), act(userId)),
      )
    },

    async test({ entityId }, instanceId) {
      const instance = await usable(entityId, instanceId)
      try {
        const check = async () => (await connections.open(instance.id)).connector.check()
        return {
          ok: true,
          message: await connections.during([instance.id], { occasion: 'Test de la connexion' }, check),
        }
      } catch (error) {
        // A test that fails is an answer: the sentence says what to put right.
        return { ok: false, message: said(error) }
      }
    },

    async resume({ entityId, userId }, instanceId) {
      await inTransaction(db, async trx => {
        const instance = await ownInstance(trx, entityId, instanceId)
        checkComplete(instance, { registry, secrets })
        await resumeInstance(trx, instance, act(userId))
      })
      return presentOne(await ownInstance(db, entityId, instanceId), entityId)
    },

    async run({ entityId, userId }, instanceId, schedule) {
      const instance = await ownInstance(db, entityId, instanceId)
      const known = registry.find(instance.connector)?.definition.schedules?.[schedule]
      if (!known) throw errors.badRequest({ detail: `« ${instance.label} » n'a pas de tâche « ${schedule} ».` })
      try {
        const message = await schedules.runByHand(instance.id, schedule)
        await inTransaction(db, trx =>
          tell(
            trx,
            entityId,
            act(userId),
            'connecteur.tache',
            `« ${known.label} » exécutée sur « ${instance.label} » : ${message}`,
          ),
        )
        return { message }
      } catch (error) {
        throw errors.remoteUnavailable({ detail: said(error), cause: error })
      }
    },

    associations,
    bindings: of => bindings(db, of),

    async associate({ entityId, userId }, { flow, slot, instanceId }) {
      await inTransaction(db, async trx => {
        const sentence = await associate(
          trx,
          { entityId, flowId: flow, slot, instanceId },
          { registry, flows: flows.list(), now: clock.now() },
        )
        await tell(trx, entityId, act(userId), 'connecteur.association', sentence)
      })
      return associations(entityId)
    },
  }
}
