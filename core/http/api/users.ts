import Type from 'typebox'
import type { UserModel, UserRoleModel } from '../../access/model.ts'
import { may, rightsOf } from '../../access/rights.ts'
import { giveRole, takeRole } from '../../access/role-changes.ts'
import { checkMayGrant, checkMayTake, grantsOf } from '../../access/roles.ts'
import { administer, saidOfAccount } from '../../journal/administration.ts'
import { createUser, deleteUser, findUser, setPassword, updateUser, usersOf } from '../../access/users.ts'
import type { Db } from '../../db/knex.ts'
import { errors } from '../../errors.ts'
import type { Caller } from '../../access/caller.ts'
import { nothing, route } from '../route.ts'
import { EntityParams, exactly, Grant, Id, listOf, Next, orNull, said, User } from './schemas.ts'

const UserParams = Type.Object({ entityId: Id, userId: Id })
const FirstName = Type.String({ maxLength: 128, description: 'Prénom.' })
const LastName = Type.String({ maxLength: 128, description: 'Nom de famille.' })
const Login = Type.String({ minLength: 1, maxLength: 128, description: 'Nom de connexion, propre à ce compte.' })
const Email = orNull(Type.String({ format: 'email', maxLength: 254 }), 'Adresse où il reçoit ses notifications.')
const Password = Type.String({
  minLength: 1,
  maxLength: 512,
  description: 'Mot de passe, assez long pour être accepté.',
})

const present = ({ id, login, firstName, lastName, email, entityId, enabled, program, createdAt }: UserModel) => ({
  id,
  login,
  firstName,
  lastName,
  email,
  entityId,
  enabled,
  program,
  createdAt: createdAt.toISOString(),
})
const presentGrant = ({ entityId, roleId }: UserRoleModel) => ({ entityId, role: roleId })

/** An account is reached through the entity that manages it: elsewhere it is « introuvable ». */
const managed = async (db: Db, { entityId, userId }: { readonly entityId: string; readonly userId: string }) => {
  const user = await findUser(db, userId)
  if (user?.entityId !== entityId) throw errors.userNotFound()
  return user
}

/** The administrator of one entity manages nobody in another: the right is asked for where the role lies too. */
const checkMayAdministrate = async (db: Db, caller: Caller, entityId: string): Promise<void> => {
  const rights = await rightsOf(db, caller, entityId)
  if (rights.size === 0) throw errors.entityNotFound()
  if (!may(rights, 'utilisateur:edition'))
    throw errors.notAllowed({ detail: 'Le droit manquant est « utilisateur:edition ».' })
}

export const userRoutes = [
  route({
    method: 'GET',
    path: '/entites/:entityId/utilisateurs',
    summary: 'Lister les comptes gérés par une entité',
    params: EntityParams,
    query: Type.Object({ apres: Type.Optional(Type.String({ maxLength: 128 })) }),
    can: 'utilisateur:lecture',
    response: Type.Object({ items: Type.Array(User, { description: 'Les comptes de la page.' }), next: Next }),
    async handle({ params, query, services: { db } }) {
      const { users, next } = await usersOf(db, params.entityId, query.apres)
      return { items: users.map(present), next }
    },
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/utilisateurs',
    summary: 'Créer un compte, d’agent ou de programme',
    description:
      'Sans mot de passe, le compte ne sert que par ses jetons. Il n’a aucun droit avant qu’un rôle lui soit donné.',
    params: EntityParams,
    can: 'utilisateur:creation',
    status: 201,
    body: exactly('NewUser', {
      login: Login,
      firstName: Type.Optional(FirstName),
      lastName: Type.Optional(LastName),
      email: Type.Optional(Email),
      password: Type.Optional(Password),
      program: Type.Optional(Type.Boolean({ description: 'Un compte de programme n’ouvre pas l’interface.' })),
    }),
    example: { login: 'c.petit', firstName: 'Claude', lastName: 'Petit', password: 'Un-long-chemin-de-halage' },
    response: User,
    handle: async ({ params, body, ...by }) =>
      present(await administer(by, trx => createUser(trx, { ...body, ...params }), saidOfAccount('creation'))),
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/utilisateurs/:userId',
    summary: 'Lire un compte',
    params: UserParams,
    can: 'utilisateur:lecture',
    response: User,
    handle: async ({ params, services: { db } }) => present(await managed(db, params)),
  }),
  route({
    method: 'PATCH',
    path: '/entites/:entityId/utilisateurs/:userId',
    summary: 'Modifier un compte : identité, mot de passe, entité, activation',
    description:
      'Il faut détenir soi-même tous les droits du compte. Un nouveau mot de passe ferme les sessions ouvertes.',
    params: UserParams,
    can: 'utilisateur:edition',
    body: exactly('UserChanges', {
      login: Type.Optional(Login),
      firstName: Type.Optional(FirstName),
      lastName: Type.Optional(LastName),
      email: Type.Optional(Email),
      password: Type.Optional(Password),
      enabled: Type.Optional(Type.Boolean({ description: 'Faux : il ne peut plus se connecter.' })),
      entityId: Type.Optional(said('Entité qui gérera ce compte.', Id)),
    }),
    example: { email: 'c.petit@ville.fr', enabled: true },
    response: User,
    async handle({ params, body: { password, ...changes }, caller, services }) {
      const { db } = services
      const { id } = await managed(db, params)
      await checkMayTake(db, caller, id)
      if (changes.entityId !== undefined) await checkMayAdministrate(db, caller, changes.entityId)
      const change = async (trx: Db) => {
        if (password !== undefined) await setPassword(trx, id, password)
        return updateUser(trx, id, changes)
      }
      return present(await administer({ caller, services }, change, saidOfAccount('modification')))
    },
  }),
  route({
    method: 'DELETE',
    path: '/entites/:entityId/utilisateurs/:userId',
    summary: 'Supprimer un compte, ses rôles, ses sessions et ses jetons',
    description: 'Le journal garde le nom de qui a agi.',
    params: UserParams,
    can: 'utilisateur:edition',
    status: 204,
    refusals: [errors.conflict],
    async handle({ params, caller, services }) {
      const { db } = services
      const user = await managed(db, params)
      const { id } = user
      if (id === caller.id) throw errors.conflict({ detail: 'On ne supprime pas son propre compte.' })
      await checkMayTake(db, caller, id)
      await administer(
        { caller, services },
        trx => deleteUser(trx, id),
        () => saidOfAccount('suppression')(user),
      )
      return nothing()
    },
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/utilisateurs/:userId/roles',
    summary: 'Lister les rôles d’un compte, entité par entité',
    params: UserParams,
    can: 'utilisateur:lecture',
    response: listOf(Grant),
    async handle({ params, services: { db } }) {
      const { id } = await managed(db, params)
      return { items: (await grantsOf(db, id)).map(presentGrant) }
    },
  }),
  route({
    method: 'PUT',
    path: '/entites/:entityId/utilisateurs/:userId/roles',
    summary: 'Donner un rôle sur une entité et celles qui en dépendent',
    description:
      'On ne donne que les droits que l’on détient soi-même sur cette entité. Donner deux fois est sans effet.',
    params: UserParams,
    can: 'utilisateur:lecture',
    body: exactly('NewGrant', {
      entityId: said('Entité où il vaudra, avec celles qui en dépendent.', Id),
      role: Type.String({ minLength: 1, maxLength: 64, description: 'Identifiant du rôle.' }),
    }),
    example: { entityId: '0', role: 'admin' },
    response: listOf(Grant),
    async handle({ params, body, caller, services }) {
      const { db } = services
      const { id } = await managed(db, params)
      const grant = { entityId: body.entityId, roleId: body.role }
      await checkMayAdministrate(db, caller, body.entityId)
      await checkMayGrant(db, caller, grant)
      await giveRole({ caller, services }, { userId: id, ...grant })
      return { items: (await grantsOf(db, id)).map(presentGrant) }
    },
  }),
  route({
    method: 'DELETE',
    path: '/entites/:entityId/utilisateurs/:userId/roles',
    summary: 'Retirer un rôle sur une entité',
    params: UserParams,
    query: Type.Object({ entite: Id, role: Type.String({ minLength: 1, maxLength: 64 }) }),
    can: 'utilisateur:lecture',
    status: 204,
    refusals: [errors.entityNotFound, errors.roleNotFound],
    async handle({ params, query, caller, services }) {
      const { db } = services
      const { id } = await managed(db, params)
      await checkMayAdministrate(db, caller, query.entite)
      await takeRole({ caller, services }, { userId: id, entityId: query.entite, roleId: query.role })
      return nothing()
    },
  }),
]
