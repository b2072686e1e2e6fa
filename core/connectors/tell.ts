import type { Transaction } from '../db/knex.ts'
import { namesOf } from '../documents/authors.ts'
import { appendJournal } from '../journal/append.ts'

/** Who acts, and when: what the journal of the entity will keep. */
export interface Act {
  readonly by: string | undefined
  readonly now: Date
}

/** A line in the journal of the entity: its connectors decide where its documents go. */
export const tell = async (
  trx: Transaction,
  entityId: string,
  { by, now }: Act,
  event: string,
  message: string,
): Promise<void> => {
  const entries = [{ kind: 'admin', event, message, by } as const]
  await appendJournal(trx, { entityId, at: now, nameOf: await namesOf(trx, entries) }, entries)
}
