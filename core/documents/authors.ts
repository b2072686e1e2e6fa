import type { Transaction } from '../db/knex.ts'
import type { Entry } from '../engine/model.ts'

/** Authors are people, by the number of their account, or instances of connectors that act by themselves. */
const PERSON = /^\d+$/u
const CONNECTOR = /^connecteur:(\d+)$/u

/** How an instance signs what it does to documents. */
export const connectorAuthor = (instanceId: string): string => `connecteur:${instanceId}`

/** Somebody who waits for the answer. */
export const isPerson = (author: string | undefined): boolean => author !== undefined && PERSON.test(author)

const people = async (trx: Transaction, ids: readonly string[]): Promise<readonly (readonly [string, string])[]> => {
  if (ids.length === 0) return []
  const users = await trx('users')
    .whereIn('id', [...ids])
    .select<{ id: string; firstName: string; lastName: string; login: string }[]>(
      'id',
      'firstName',
      'lastName',
      'login',
    )
  return users.map(user => [user.id, `${user.firstName} ${user.lastName}`.trim() || user.login])
}

const instances = async (trx: Transaction, ids: readonly string[]): Promise<readonly (readonly [string, string])[]> => {
  if (ids.length === 0) return []
  const rows = await trx('connector_instances')
    .whereIn('id', [...ids])
    .select<{ id: string; label: string }[]>('id', 'label')
  return rows.map(({ id, label }) => [connectorAuthor(id), label])
}

/** Names of those who acted, as the journal will keep them. No query when the machinery acted alone. */
export const namesOf = async (
  trx: Transaction,
  entries: readonly Entry[],
): Promise<(author: string) => string | undefined> => {
  const authors = [...new Set(entries.flatMap(({ by }) => by ?? []))]
  const names = new Map([
    ...(await people(
      trx,
      authors.filter(author => PERSON.test(author)),
    )),
    ...(await instances(
      trx,
      authors.flatMap(author => CONNECTOR.exec(author)?.[1] ?? []),
    )),
  ])
  return author => names.get(author)
}
