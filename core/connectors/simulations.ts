import type { Db } from '../db/knex.ts'
import { inTransaction } from '../db/unit-of-work.ts'
import { suspendInstance } from './instances.ts'
import { InstanceModel } from './model.ts'
import type { ConnectorRegistry } from './registry.ts'

/**
 * Suspends the instances of the connectors that the platform forbids: called at start, since the rule comes from the configuration.
 * @returns how many this call suspended
 */
export const suspendForbidden = async (db: Db, registry: ConnectorRegistry, now: Date): Promise<number> => {
  const sentences = new Map(
    registry.all.flatMap(({ definition }) => {
      const sentence = registry.forbids(definition)
      return sentence === undefined ? [] : [[definition.id, sentence] as const]
    }),
  )
  if (sentences.size === 0) return 0
  const running = await InstanceModel.query(db)
    .whereIn('connector', [...sentences.keys()])
    .where({ status: 'ok' })
    .select('id', 'connector')
  let suspended = 0
  for (const { id, connector } of running) {
    const done = await inTransaction(db, trx => suspendInstance(trx, id, sentences.get(connector) ?? '', now))
    if (done) suspended += 1
  }
  return suspended
}
