import { inTransaction } from '../db/unit-of-work.ts'
import type { Db } from '../db/knex.ts'
import { errors } from '../errors.ts'
import { RoleModel, RoleRightModel, UserRoleModel } from './model.ts'
import { may, rightsOf } from './rights.ts'
import type { Holder } from './scope.ts'

/** Creates a role, or replaces its label and its rights. `rights: ['*']` makes an administrator of everything. */
export const saveRole = (
  db: Db,
  { id, label, rights }: { readonly id: string; readonly label: string; readonly rights: readonly string[] },
): Promise<void> =>
  inTransaction(db, async trx => {
    await RoleModel.query(trx).insert({ id, label }).onConflict('id').merge()
    await RoleRightModel.query(trx).delete().where({ roleId: id })
    if (rights.length > 0)
      await RoleRightModel.query(trx).insert([...new Set(rights)].map(name => ({ roleId: id, name })))
  })

export interface Role {
  readonly id: string
  readonly label: string
  readonly rights: readonly string[]
}

/** Every role with its rights, by label: there are a few dozen at most. */
export const listRoles = async (db: Db): Promise<readonly Role[]> => {
  const roles = await RoleModel.query(db).orderBy('label')
  const rights = await RoleRightModel.query(db).orderBy('name')
  return roles.map(({ id, label }) => ({
    id,
    label,
    rights: rights.filter(({ roleId }) => roleId === id).map(({ name }) => name),
  }))
}

/** @throws errors.roleNotFound; errors.conflict while somebody holds it */
export const deleteRole = async (db: Db, id: string): Promise<void> => {
  const holders = await UserRoleModel.query(db).where({ roleId: id }).resultSize()
  if (holders > 0)
    throw errors.conflict({ detail: `Le rôle « ${id} » est encore donné ${holders} fois : retirez-le d'abord.` })
  if ((await RoleModel.query(db).deleteById(id)) === 0) throw errors.roleNotFound()
}

/** The roles of an account, entity by entity. */
export const grantsOf = async (db: Db, userId: string): Promise<readonly UserRoleModel[]> =>
  UserRoleModel.query(db).where({ userId }).orderBy(['entityId', 'roleId'])

export interface Grant {
  readonly userId: string
  readonly entityId: string
  readonly roleId: string
}

/** Gives a role on an entity and its descendants. Giving it twice is harmless. @returns whether the account had it not */
export const grantRole = async (db: Db, grant: Grant): Promise<boolean> => {
  const added = await db('user_roles')
    .insert({ ...grant })
    .onConflict(['user_id', 'entity_id', 'role_id'])
    .ignore()
    .returning('user_id')
  return added.length > 0
}

/** @returns whether the account had it */
export const revokeRole = async (db: Db, grant: Grant): Promise<boolean> =>
  (await UserRoleModel.query(db)
    .delete()
    .where({ ...grant })) > 0

/**
 * Refuses that someone gives more than they have: every right of the role must be theirs on that very entity. (Pastell looks
 * at the rights held anywhere, which lets the administrator of one town give rights in another: domain §2.2.)
 * @throws errors.notAllowed, errors.roleNotFound
 */
export const checkMayGrant = async (
  db: Db,
  grantor: Holder,
  { entityId, roleId }: Omit<Grant, 'userId'>,
): Promise<void> => {
  const held = await rightsOf(db, grantor, entityId)
  if (!(await RoleModel.query(db).findById(roleId))) throw errors.roleNotFound()
  const wanted = await RoleRightModel.query(db).where({ roleId })
  const missing = wanted.map(({ name }) => name).filter(name => !may(held, name))
  if (missing.length > 0)
    throw errors.notAllowed({
      detail: `Le rôle « ${roleId} » comporte des droits que vous n'avez pas ici : ${missing.sort().join(', ')}.`,
    })
}

/**
 * Whoever could change the password of an account could sign in with its rights: they must hold them all, where it holds them.
 * @throws errors.notAllowed
 */
export const checkMayTake = async (db: Db, caller: Holder, userId: string): Promise<void> => {
  if (caller.id === userId) return
  for (const { entityId, roleId } of await grantsOf(db, userId)) await checkMayGrant(db, caller, { entityId, roleId })
}
