import type { Clock } from '../authoring/context.ts'
import { tell } from '../connectors/tell.ts'
import type { Db, Transaction } from '../db/knex.ts'
import { inTransaction } from '../db/unit-of-work.ts'

/** Who changes the address book of which entity. */
export interface Keeper {
  readonly params: { readonly entityId: string }
  readonly caller: { readonly id: string }
  readonly services: { readonly db: Db; readonly clock: Clock }
}

/**
 * Changes the address book and says so in the journal of the entity, in one commit. Contacts are told by their number: the journal never
 * forgets, and somebody may ask to be.
 */
export const keep = <T>(
  { params: { entityId }, caller, services: { db, clock } }: Keeper,
  change: (trx: Transaction, entityId: string) => Promise<T>,
  said: (changed: T) => string,
): Promise<T> =>
  inTransaction(db, async trx => {
    const changed = await change(trx, entityId)
    await tell(trx, entityId, { by: caller.id, now: clock.now() }, 'annuaire', said(changed))
    return changed
  })
