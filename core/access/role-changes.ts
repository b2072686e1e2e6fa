import type { Clock } from '../authoring/context.ts'
import type { Db, Transaction } from '../db/knex.ts'
import { EntityModel } from '../entities/model.ts'
import { administer } from '../journal/administration.ts'
import { RoleModel, RoleRightModel, UserModel } from './model.ts'
import { deleteRole, grantRole, revokeRole, saveRole, type Grant, type Role } from './roles.ts'

/** Who changes roles, and over which services. */
export interface Acting {
  readonly services: { readonly db: Db; readonly clock: Clock }
  readonly caller: { readonly id: string }
}

const roleOf = async (trx: Transaction, id: string): Promise<Role | undefined> => {
  // Locked: of two changes at once, the second says what it changed from the first.
  const role = await RoleModel.query(trx).findById(id).forUpdate()
  if (!role) return undefined
  const rights = await RoleRightModel.query(trx).where({ roleId: id }).orderBy('name')
  return { id, label: role.label, rights: rights.map(({ name }) => name) }
}

const listed = (title: string, rights: readonly string[]): readonly string[] =>
  rights.length === 0 ? [] : [`${title} : ${rights.join(', ')}`]

/** What changed, in words; nothing when everything is as it was. */
const changes = (before: Role, after: Role): string =>
  [
    ...(before.label === after.label ? [] : [`libellé « ${after.label} » au lieu de « ${before.label} »`]),
    ...listed(
      'droits ajoutés',
      after.rights.filter(right => !before.rights.includes(right)),
    ),
    ...listed(
      'droits retirés',
      before.rights.filter(right => !after.rights.includes(right)),
    ),
  ].join(' ; ')

/** Creates a role or replaces its label and rights; the journal tells which rights came and went. */
export const defineRole = (acting: Acting, wanted: Role): Promise<Role> => {
  const role = { ...wanted, rights: [...new Set(wanted.rights)].sort() }
  return administer(
    acting,
    async trx => {
      const before = await roleOf(trx, role.id)
      await saveRole(trx, role)
      return { before, role }
    },
    ({ before }) => {
      if (!before)
        return {
          event: 'role.creation',
          message: `Rôle « ${role.id} » créé (${[`libellé « ${role.label} »`, ...listed('droits', role.rights)].join(' ; ')}).`,
        }
      const changed = changes(before, role)
      return changed === ''
        ? undefined
        : { event: 'role.modification', message: `Rôle « ${role.id} » modifié (${changed}).` }
    },
  ).then(() => role)
}

/** @throws errors.roleNotFound; errors.conflict while somebody holds it */
export const removeRole = async (acting: Acting, id: string): Promise<void> => {
  await administer(
    acting,
    trx => deleteRole(trx, id),
    () => ({ event: 'role.suppression', message: `Rôle « ${id} » supprimé.` }),
  )
}

const changeGrant = async (
  acting: Acting,
  grant: Grant,
  change: (trx: Transaction, grant: Grant) => Promise<boolean>,
  said: { readonly event: string; readonly done: string },
): Promise<void> => {
  await administer(
    acting,
    async trx => {
      if (!(await change(trx, grant))) return undefined
      const user = await UserModel.query(trx).findById(grant.userId)
      const entity = await EntityModel.query(trx).findById(grant.entityId)
      return `Rôle « ${grant.roleId} » ${said.done} compte « ${user?.login ?? ''} » (n° ${grant.userId}) sur l'entité « ${entity?.name ?? ''} » (n° ${grant.entityId}).`
    },
    message => (message === undefined ? undefined : { event: said.event, message }),
  )
}

/** Gives a role to an account on an entity and its descendants. What it had already is not told again. */
export const giveRole = (acting: Acting, grant: Grant): Promise<void> =>
  changeGrant(acting, grant, grantRole, { event: 'role.attribution', done: 'donné au' })

/** Takes a role back. What the account had not is not told. */
export const takeRole = (acting: Acting, grant: Grant): Promise<void> =>
  changeGrant(acting, grant, revokeRole, { event: 'role.retrait', done: 'retiré au' })
