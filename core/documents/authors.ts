import type { Transaction } from '../db/knex.ts'
import type { Entry } from '../engine/model.ts'

/** Names of the people who acted, as the journal will keep them. No query when the machinery acted alone. */
export const namesOf = async (
  trx: Transaction,
  entries: readonly Entry[],
): Promise<(userId: string) => string | undefined> => {
  const ids = [...new Set(entries.flatMap(({ by }) => (by !== undefined && /^\d+$/u.test(by) ? [by] : [])))]
  if (ids.length === 0) return () => undefined
  const users = await trx('users')
    .whereIn('id', ids)
    .select<{ id: string; firstName: string; lastName: string; login: string }[]>(
      'id',
      'firstName',
      'lastName',
      'login',
    )
  const names = new Map(users.map(user => [user.id, `${user.firstName} ${user.lastName}`.trim() || user.login]))
  return id => names.get(id)
}
