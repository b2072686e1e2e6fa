import Type from 'typebox'
import { keep } from '../../contacts/acts.ts'
import {
  createGroup,
  deleteGroup,
  describeGroups,
  groupsSeenFrom,
  updateGroup,
  type SeenGroup,
} from '../../contacts/groups.ts'
import type { ContactGroupModel } from '../../contacts/model.ts'
import { EDIT_CONTACTS } from '../../contacts/rights.ts'
import type { Db } from '../../db/knex.ts'
import { errors } from '../../errors.ts'
import { nothing, route } from '../route.ts'
import { mayRead } from './contacts.ts'
import { ContactGroupView } from './contacts-schemas.ts'
import { EntityParams, exactly, Id, listOf, orNull, said } from './schemas.ts'

const GroupParams = Type.Object({ entityId: Id, mailGroupId: said('Identifiant du groupe.', Id) })

const view = ({ roleId, ...group }: SeenGroup) => ({ ...group, role: roleId })

const seen = async (db: Db, entityId: string) =>
  (await describeGroups(db, entityId, await groupsSeenFrom(db, entityId))).map(view)

/** One's own group as it then is. */
const changed = async (db: Db, { entityId, id }: ContactGroupModel) => {
  const found = (await seen(db, entityId)).find(each => each.id === id)
  if (!found) throw errors.mailGroupNotFound()
  return found
}

const name = Type.String({ minLength: 1, maxLength: 100, description: 'Nom du groupe, unique dans l’entité.' })
const shared = Type.Boolean({ description: 'Le montrer aux entités qui dépendent de celle-ci.' })

export const contactGroupRoutes = [
  route({
    method: 'GET',
    path: '/entites/:entityId/annuaire/groupes',
    summary: 'Lister les groupes d’une entité, et ceux que partagent les entités dont elle dépend',
    params: EntityParams,
    can: mayRead,
    response: listOf(ContactGroupView),
    handle: async ({ params, services: { db } }) => ({ items: await seen(db, params.entityId) }),
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/annuaire/groupes',
    summary: 'Créer un groupe, de contacts ou de comptes qui ont un rôle',
    description:
      'Avec « role », les membres sont les comptes qui détiennent ce rôle sur l’entité ou sur celles qui en dépendent, au moment de chaque envoi.',
    params: EntityParams,
    can: EDIT_CONTACTS,
    body: exactly('NewContactGroup', {
      name,
      shared: Type.Optional(shared),
      role: Type.Optional(
        orNull(Type.String({ maxLength: 64 }), 'Identifiant d’un rôle ; null : un groupe de contacts.'),
      ),
    }),
    example: { name: 'Conseil municipal', shared: true },
    refusals: [errors.conflict],
    response: ContactGroupView,
    status: 201,
    async handle({ body: { name: called, shared: isShared = false, role = null }, ...keeper }) {
      const group = await keep(
        keeper,
        (trx, entityId) => createGroup(trx, entityId, { name: called, shared: isShared, roleId: role }),
        created => `Groupe « ${created.name} » créé dans l'annuaire.`,
      )
      return changed(keeper.services.db, group)
    },
  }),
  route({
    method: 'PATCH',
    path: '/entites/:entityId/annuaire/groupes/:mailGroupId',
    summary: 'Renommer un groupe, ou le partager avec les entités qui dépendent de celle-ci',
    params: GroupParams,
    can: EDIT_CONTACTS,
    body: exactly('ContactGroupChanges', { name: Type.Optional(name), shared: Type.Optional(shared) }),
    example: { shared: true },
    response: ContactGroupView,
    async handle({ params, body, ...keeper }) {
      const group = await keep(
        { ...keeper, params },
        (trx, entityId) => updateGroup(trx, entityId, params.mailGroupId, body),
        each => `Groupe « ${each.name} » de l'annuaire modifié.`,
      )
      return changed(keeper.services.db, group)
    },
  }),
  route({
    method: 'DELETE',
    path: '/entites/:entityId/annuaire/groupes/:mailGroupId',
    summary: 'Supprimer un groupe ; ses contacts restent dans l’annuaire',
    params: GroupParams,
    can: EDIT_CONTACTS,
    status: 204,
    async handle({ params, ...keeper }) {
      await keep(
        { ...keeper, params },
        (trx, entityId) => deleteGroup(trx, entityId, params.mailGroupId),
        each => `Groupe « ${each.name} » supprimé de l'annuaire.`,
      )
      return nothing()
    },
  }),
]
