import type { Memory } from '../authoring/connectors.ts'
import type { Clock } from '../authoring/context.ts'
import type { Db } from '../db/knex.ts'

/** What an instance remembers, in the database: shared by every process, gone with the instance. */
export const instanceMemory = (db: Db, clock: Clock, instanceId: string): Memory => ({
  async get<T>(key: string) {
    const row = await db('instance_memory').where({ instanceId, key }).first<{ value: T } | undefined>('value')
    return row?.value
  },
  async set(key, value) {
    if (value === undefined) await db('instance_memory').where({ instanceId, key }).delete()
    else
      await db('instance_memory')
        .insert({ instanceId, key, value: JSON.stringify(value), updatedAt: clock.now() })
        .onConflict(['instance_id', 'key'])
        .merge()
  },
})
