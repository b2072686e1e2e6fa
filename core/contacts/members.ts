import type { Db } from '../db/knex.ts'
import type { Addressee } from './mail-list.ts'
import { MOST_MEMBERS } from './model.ts'

interface Of {
  readonly id: string
  readonly entityId: string
  readonly roleId: string | null
}

/** Accounts that hold a role on an entity or below, once each; those without an address cannot be written to. */
const holders = (db: Db, entityId: string, roleId: string) =>
  db('users as u')
    .where({ 'u.enabled': true, 'u.program': false })
    .whereNot('u.email', '')
    .whereExists(
      db('user_roles as r')
        .join('entities as e', 'e.id', 'r.entity_id')
        .whereRaw('r.user_id = u.id')
        .where('r.role_id', roleId)
        // Compared byte by byte: a subtree is a range of the index.
        .whereRaw('e.path ^@ (select path from entities where id = ?)', [entityId]),
    )

/** The people whom such a role names; one more than `MOST_MEMBERS` at most. */
export const holdersOf = async (db: Db, entityId: string, roleId: string): Promise<readonly Addressee[]> => {
  const rows = await holders(db, entityId, roleId)
    .orderBy(['u.last_name', 'u.first_name', 'u.id'])
    .limit(MOST_MEMBERS + 1)
    .select<{ firstName: string; lastName: string; email: string }[]>('u.first_name', 'u.last_name', 'u.email')
  return rows.map(({ firstName, lastName, email }) => ({
    name: `${firstName} ${lastName}`.trim() || undefined,
    address: email,
  }))
}

/** The people of a group as it is today; one more than `MOST_MEMBERS` at most. */
export const peopleOf = async (db: Db, { id, entityId, roleId }: Of): Promise<readonly Addressee[]> => {
  if (roleId !== null) return holdersOf(db, entityId, roleId)
  const rows = await db('contact_group_members as m')
    .join('contacts as c', join => join.on('c.entity_id', 'm.entity_id').andOn('c.id', 'm.contact_id'))
    .where({ 'm.entity_id': entityId, 'm.group_id': id })
    .orderBy(['c.name_key', 'c.id'])
    .limit(MOST_MEMBERS + 1)
    .select<{ name: string; email: string }[]>('c.name', 'c.email')
  return rows.map(({ name, email }) => ({ name: name || undefined, address: email }))
}

const countOf = (query: { count(as: string): PromiseLike<readonly object[]> }): PromiseLike<number> =>
  query.count('* as count').then(([row]) => Number((row as { readonly count: string } | undefined)?.count ?? 0))

export const countHolders = (db: Db, entityId: string, roleId: string): PromiseLike<number> =>
  countOf(holders(db, entityId, roleId))

/** How many members each group has, by its number. */
export const membersOf = async (db: Db, groups: readonly Of[]): Promise<ReadonlyMap<string, number>> => {
  const counts = new Map<string, number>()
  const ofContacts = groups.filter(each => each.roleId === null)
  const rows = await db('contact_group_members')
    .whereIn('entity_id', [...new Set(ofContacts.map(each => each.entityId))])
    .whereIn(
      'group_id',
      ofContacts.map(each => each.id),
    )
    .groupBy('group_id')
    .select<{ groupId: string; count: string }[]>('group_id', db.raw('count(*) as count'))
  for (const { groupId, count } of rows) counts.set(groupId, Number(count))
  for (const { id, entityId, roleId } of groups)
    if (roleId !== null) counts.set(id, await countHolders(db, entityId, roleId))
  return counts
}
