import type { Db, Transaction } from './knex.ts'

/**
 * Runs `work` in one transaction: all of it is committed, or nothing. Inside a transaction already open it joins it, so that
 * functions compose: the outermost one commits.
 *
 * @returns what `work` returned, once committed
 */
export const inTransaction = <T>(db: Db, work: (trx: Transaction) => Promise<T>): Promise<T> =>
  db.isTransaction ? work(db as Transaction) : db.transaction(work)
