import { inTransaction } from '../db/unit-of-work.ts'
import type { Db } from '../db/knex.ts'
import { errors } from '../errors.ts'
import { RoleModel, RoleRightModel, UserRoleModel } from './model.ts'
import { may, rightsOf } from './rights.ts'

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

export interface Grant {
  readonly userId: string
  readonly entityId: string
  readonly roleId: string
}

/** Gives a role on an entity and its descendants. Giving it twice is harmless. */
export const grantRole = async (db: Db, grant: Grant): Promise<void> => {
  await UserRoleModel.query(db)
    .insert({ ...grant })
    .onConflict(['userId', 'entityId', 'roleId'])
    .ignore()
}

export const revokeRole = async (db: Db, grant: Grant): Promise<void> => {
  await UserRoleModel.query(db)
    .delete()
    .where({ ...grant })
}

/**
 * Refuses that someone gives more than they have: every right of the role must be theirs on that very entity. (Pastell looks
 * at the rights held anywhere, which lets the administrator of one town give rights in another: domain §2.2.)
 * @throws errors.notAllowed
 */
export const checkMayGrant = async (
  db: Db,
  grantorId: string,
  { entityId, roleId }: Omit<Grant, 'userId'>,
): Promise<void> => {
  const held = await rightsOf(db, grantorId, entityId)
  const wanted = await RoleRightModel.query(db).where({ roleId })
  const missing = wanted.map(({ name }) => name).filter(name => !may(held, name))
  if (missing.length > 0)
    throw errors.notAllowed({
      detail: `Le rôle « ${roleId} » comporte des droits que vous n'avez pas ici : ${missing.sort().join(', ')}.`,
    })
}
