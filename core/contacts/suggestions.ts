import type { Db } from '../db/knex.ts'
import { describeGroups, groupsSeenFrom } from './groups.ts'
import { writtenAddress, writtenGroup } from './mail-list.ts'
import { listContacts } from './contacts.ts'
import { countHolders } from './members.ts'

/** What may follow the letters typed in a list of recipients. */
export interface Suggestion {
  readonly kind: 'contact' | 'groupe' | 'role'
  /** What to write in the list. */
  readonly written: string
  readonly label: string
  /** The address, or where a group comes from. */
  readonly detail: string
  /** How many people would be written to. */
  readonly members: number
}

/** Enough to choose from; typing one more letter says more. */
const MOST = 8

/** Roles held here or below whose name begins so. */
const rolesHeld = (db: Db, entityId: string, beginning: string) =>
  db('roles as r')
    .whereRaw('(lower(sans_accent(r.label)) ^@ lower(sans_accent(:beginning)) or lower(r.id) ^@ lower(:beginning))', {
      beginning,
    })
    .whereExists(
      db('user_roles as u')
        .join('entities as e', 'e.id', 'u.entity_id')
        .whereRaw('u.role_id = r.id')
        .whereRaw('e.path ^@ (select path from entities where id = ?)', [entityId]),
    )
    .orderBy('r.label')
    .limit(MOST)
    .select<{ id: string; label: string }[]>('r.id', 'r.label')

/** Groups first, then contacts, then roles: by name, own before inherited. @param beginning what was typed, not empty */
export const suggest = async (db: Db, entityId: string, beginning: string): Promise<readonly Suggestion[]> => {
  const rows = (await groupsSeenFrom(db, entityId, { beginning })).slice(0, MOST)
  const groups = (await describeGroups(db, entityId, rows)).map(
    ({ name, roleId, entityName, written, members }): Suggestion => ({
      kind: roleId === null ? 'groupe' : 'role',
      written,
      label: name,
      detail: entityName,
      members,
    }),
  )
  const { items } = await listContacts(db, { entityId, beginning, limit: MOST })
  const contacts = items.map(({ name, email }): Suggestion => ({
    kind: 'contact',
    written: writtenAddress({ name: name || undefined, address: email }),
    label: name || email,
    detail: email,
    members: 1,
  }))
  const roles: Suggestion[] = []
  for (const { id, label } of await rolesHeld(db, entityId, beginning))
    roles.push({
      kind: 'role',
      written: writtenGroup('role', label, { is: 'here' }),
      label,
      detail: '',
      members: await countHolders(db, entityId, id),
    })
  const known = new Set(groups.map(each => each.written))
  return [...groups, ...contacts, ...roles.filter(each => !known.has(each.written))].slice(0, MOST)
}
