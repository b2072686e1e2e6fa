import { UniqueViolationError } from 'objection'
import { RoleModel } from '../access/model.ts'
import type { Db, Transaction } from '../db/knex.ts'
import { lineOf, ROOT } from '../entities/model.ts'
import { getEntity } from '../entities/entities.ts'
import { errors } from '../errors.ts'
import { writtenGroup, type NamedGroup, type Whereabouts } from './mail-list.ts'
import { membersOf } from './members.ts'
import { ContactGroupModel, MOST_GROUPS } from './model.ts'

/** A group as an entity sees it: its own, or one that an entity above shares. */
export interface SeenGroup {
  readonly id: string
  /** The entity that keeps it. */
  readonly entityId: string
  readonly entityName: string
  readonly name: string
  readonly roleId: string | null
  readonly shared: boolean
  /** How many people would be written to today. */
  readonly members: number
  /** How a list of recipients names it. */
  readonly written: string
}

interface Row {
  readonly id: string
  readonly entityId: string
  readonly entityName: string
  readonly name: string
  readonly roleId: string | null
  readonly shared: boolean
}

export const kindOf = ({ roleId }: Pick<Row, 'roleId'>): NamedGroup['kind'] => (roleId === null ? 'groupe' : 'role')

const whereOf = (row: Row, here: string): Whereabouts => {
  if (row.entityId === here) return { is: 'here' }
  return row.entityId === ROOT ? { is: 'root' } : { is: 'above', name: row.entityName }
}

/**
 * The groups that a list of recipients of this entity may name, its own first, then those of the nearest entity above.
 * @param named only those of this name, whatever its case and accents
 * @param beginning only those whose name begins like this
 */
export const groupsSeenFrom = async (
  db: Db,
  entityId: string,
  { named, beginning }: { readonly named?: string; readonly beginning?: string } = {},
): Promise<readonly Row[]> => {
  const { path } = await getEntity(db, entityId)
  return db('contact_groups as g')
    .join('entities as e', 'e.id', 'g.entity_id')
    .whereIn('g.entity_id', [...lineOf(path)])
    .whereRaw('(g.entity_id = ? or g.shared)', [entityId])
    .modify(query => {
      if (named !== undefined) void query.whereRaw('g.name_key = lower(sans_accent(?))', [named])
      if (beginning !== undefined) void query.whereRaw('g.name_key ^@ lower(sans_accent(?))', [beginning])
    })
    .orderByRaw('length(e.path) desc, g.name_key, g.id')
    .limit(MOST_GROUPS)
    .select<Row[]>({
      id: 'g.id',
      entityId: 'g.entity_id',
      entityName: 'e.name',
      name: 'g.name',
      roleId: 'g.role_id',
      shared: 'g.shared',
    })
}

/** The same with what a page shows of them. */
export const describeGroups = async (db: Db, here: string, rows: readonly Row[]): Promise<readonly SeenGroup[]> => {
  const counts = await membersOf(db, rows)
  return rows.map(row => ({
    ...row,
    members: counts.get(row.id) ?? 0,
    written: writtenGroup(kindOf(row), row.name, whereOf(row, here)),
  }))
}

/** What may be said of a group. */
export interface GroupContents {
  readonly name: string
  readonly shared: boolean
  /** The role whose holders are its members; none: its members are contacts. */
  readonly roleId: string | null
}

const invalid = (field: string, message: string) => errors.badInput({ fields: [{ field, code: field, message }] })

/** What is wrong with the name of a group, in French: a list of recipients must be able to name it. */
export const groupNameFault = (name: string): string | undefined =>
  /^[^"@,;|\p{Cc}]{1,100}$/u.test(name)
    ? undefined
    : "Le nom d'un groupe compte de 1 à 100 caractères, sans guillemet, virgule, point-virgule, barre verticale ni arobase."

const checkedName = (given: string): string => {
  const name = given.trim()
  const fault = groupNameFault(name)
  if (fault !== undefined) throw invalid('name', fault)
  return name
}

const once = async <T>(name: string, work: PromiseLike<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    if (error instanceof UniqueViolationError)
      throw invalid('name', `Un groupe « ${name} » existe déjà ici : choisissez un autre nom.`)
    throw error
  }
}

/** @throws errors.badInput for a name taken or unwritable, errors.roleNotFound, errors.conflict when there are too many */
export const createGroup = async (
  trx: Transaction,
  entityId: string,
  { name: given, shared, roleId }: GroupContents,
): Promise<ContactGroupModel> => {
  const name = checkedName(given)
  if (roleId !== null && !(await RoleModel.query(trx).findById(roleId))) throw errors.roleNotFound()
  if ((await ContactGroupModel.query(trx).where({ entityId }).resultSize()) >= MOST_GROUPS)
    throw errors.conflict({ detail: `Une entité compte ${MOST_GROUPS} groupes au plus : supprimez-en d'abord.` })
  return once(name, ContactGroupModel.query(trx).insertAndFetch({ entityId, name, shared, roleId }))
}

export const findGroup = async (db: Db, entityId: string, id: string): Promise<ContactGroupModel> => {
  const group = await ContactGroupModel.query(db).findById([entityId, id])
  if (!group) throw errors.mailGroupNotFound()
  return group
}

/** Renames a group, or changes who sees it; what it is made of stays. @throws errors.mailGroupNotFound, errors.badInput */
export const updateGroup = async (
  trx: Transaction,
  entityId: string,
  id: string,
  { name: given, shared }: Partial<Omit<GroupContents, 'roleId'>>,
): Promise<ContactGroupModel> => {
  const group = await findGroup(trx, entityId, id)
  const name = given === undefined ? group.name : checkedName(given)
  return once(name, group.$query(trx).patchAndFetch({ name, shared: shared ?? group.shared }))
}

/** Removes a group; its contacts stay. @throws errors.mailGroupNotFound */
export const deleteGroup = async (trx: Transaction, entityId: string, id: string): Promise<ContactGroupModel> => {
  const group = await findGroup(trx, entityId, id)
  await group.$query(trx).delete()
  return group
}
