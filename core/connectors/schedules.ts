import { Cron } from 'croner'
import type { AnyConnector, AnySchedule } from '../authoring/connectors.ts'
import type { Clock, Log } from '../authoring/context.ts'
import { milliseconds } from '../authoring/durations.ts'
import { ConfigurationError, TemporaryError } from '../authoring/errors.ts'
import type { Db } from '../db/knex.ts'
import type { CreateDesk } from '../documents/desk.ts'
import type { CreateInbox } from '../documents/inbox.ts'
import type { Instances } from '../engine/ports.ts'
import { enqueueSchedule } from '../jobs/queue.ts'
import type { Connection, Connections } from './connections.ts'
import { InstanceModel } from './model.ts'
import type { ConnectorRegistry } from './registry.ts'
import type { ReportsOf } from './reports.ts'

/** What instances do by themselves: gleaning, refreshing a classification, reading letters. */
export interface Schedules {
  /** Plans every schedule of every instance that has none planned yet. Called at start and when an instance is made. */
  plan(): Promise<void>
  /** Runs one, then plans the next. Called by the queue. */
  run(instanceId: string, schedule: string): Promise<void>
  /** Runs one now, for an administrator. @throws what the remote answered */
  runByHand(instanceId: string, schedule: string): Promise<string>
}

const schedulesOf = (definition: AnyConnector): Readonly<Record<string, AnySchedule>> => definition.schedules ?? {}

/** A duration from now, or the next hit of a cron expression in legal French time (summer time included). */
const nextAfter = (every: string, now: Date): Date => {
  if (/^\d/u.test(every) && !every.includes('*')) return new Date(now.getTime() + milliseconds(every))
  const next = new Cron(every, { timezone: 'Europe/Paris' }).nextRun(now)
  if (!next) throw new Error(`L'horaire « ${every} » n'arrive jamais : le corriger dans le connecteur.`)
  return next
}

/** A task that failed for a passing reason comes back well before its next turn. */
const RETRY = 5 * 60_000

export const createSchedules = ({
  db,
  registry,
  connections,
  instances,
  inbox,
  desk,
  reports,
  clock,
  log,
}: {
  readonly db: Db
  readonly registry: ConnectorRegistry
  readonly connections: Connections
  readonly instances: Pick<Instances, 'suspend'>
  readonly inbox: CreateInbox
  readonly desk: CreateDesk
  readonly reports: { readonly of: ReportsOf }
  readonly clock: Clock
  readonly log: Log
}): Schedules => {
  /** One call per (instance, schedule): planning twice moves it, never doubles it. */
  const plan = async (instanceId: string, schedule: string, at: Date, message?: string) => {
    await db.transaction(async trx => {
      await trx('schedule_runs')
        .insert({
          instanceId,
          schedule,
          nextAt: at,
          ...(message === undefined ? {} : { lastAt: clock.now(), lastMessage: message }),
        })
        .onConflict(['instance_id', 'schedule'])
        .merge()
      await enqueueSchedule(trx, { instanceId, schedule, at })
    })
  }

  const perform = async ({ instance, definition, connector, context }: Connection, name: string): Promise<string> => {
    const schedule = schedulesOf(definition)[name]
    if (!schedule) throw new ConfigurationError(`« ${definition.label} » n'a plus de tâche « ${name} ».`)
    const sender = { instanceId: instance.id, entityId: instance.entityId }
    const box = inbox(sender)
    return schedule.run({
      ...context,
      connector,
      inbox: box,
      news: box,
      documents: desk(sender),
      reports: reports.of(sender),
    })
  }
  const call = (instanceId: string, name: string): Promise<string> =>
    connections.during(
      [instanceId],
      { occasion: `Tâche périodique « ${name} »`, facts: { schedule: name } },
      async () => perform(await connections.open(instanceId), name),
    )

  return {
    async plan() {
      const planned = new Set(
        (await db('schedule_runs').select<{ instanceId: string; schedule: string }[]>('instance_id', 'schedule')).map(
          row => `${row.instanceId} ${row.schedule}`,
        ),
      )
      for (const { id, connector } of await InstanceModel.query(db).select('id', 'connector')) {
        const definition = registry.find(connector)?.definition
        for (const [name, { every }] of Object.entries(definition ? schedulesOf(definition) : {}))
          if (every !== undefined && !planned.has(`${id} ${name}`)) await plan(id, name, nextAfter(every, clock.now()))
      }
    },

    async run(instanceId, name) {
      const instance = await InstanceModel.query(db).findById(instanceId).select('status', 'connector')
      const definition = instance && registry.find(instance.connector)?.definition
      const every = definition && schedulesOf(definition)[name]?.every
      // Gone, uninstalled, or now only by hand: nothing more to plan.
      if (!instance || every === undefined) return
      const now = clock.now()
      if (instance.status === 'suspended') return plan(instanceId, name, nextAfter(every, now))
      try {
        const message = await call(instanceId, name)
        await plan(instanceId, name, nextAfter(every, clock.now()), message)
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        log.warn({ err: error, instance: instanceId, schedule: name }, 'a schedule failed')
        if (error instanceof ConfigurationError) await instances.suspend(instanceId, message)
        const usual = nextAfter(every, now)
        const asked = error instanceof TemporaryError ? (error.retryAfter ?? 0) : 0
        const soon = new Date(now.getTime() + Math.max(RETRY, asked))
        await plan(instanceId, name, usual < soon ? usual : soon, message)
      }
    },

    async runByHand(instanceId, name) {
      const message = await call(instanceId, name)
      await db('schedule_runs')
        .insert({ instanceId, schedule: name, lastAt: clock.now(), lastMessage: message })
        .onConflict(['instance_id', 'schedule'])
        .merge(['lastAt', 'lastMessage'])
      return message
    },
  }
}
