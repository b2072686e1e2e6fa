import Type from 'typebox'
import { createEntity, deleteEntity, getEntity, moveEntity, updateEntity } from '../../entities/entities.ts'
import type { Db } from '../../db/knex.ts'
import { may, rightsOf, spelledOut } from '../../access/rights.ts'
import { errors } from '../../errors.ts'
import { administer, saidOfEntity } from '../../journal/administration.ts'
import { ENTITY_KINDS, type EntityModel } from '../../entities/model.ts'
import { visibleEntities } from '../../entities/scope.ts'
import { nothing, route } from '../route.ts'
import { Entity, EntityParams, exactly, Id, listOf, orNull, said, type EntityView } from './schemas.ts'

/** A mother that the caller may not see is not shown either: the tree begins where their rights begin. */
const present = (
  { id, name, siren, kind, parentId, active }: EntityModel,
  seen: (id: string) => boolean,
): EntityView => ({
  id,
  name,
  siren,
  kind,
  parentId: parentId !== null && seen(parentId) ? parentId : null,
  active,
})

export const entityRoutes = [
  route({
    method: 'GET',
    path: '/entites',
    summary: 'Lister les entités où l’on a un droit, de la racine vers les feuilles',
    response: listOf(Entity),
    async handle({ caller, services: { db } }) {
      const entities = await visibleEntities(db, caller)
      const seen = new Set(entities.map(each => each.id))
      return { items: entities.map(each => present(each, id => seen.has(id))) }
    },
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId',
    summary: 'Lire une entité, et ses propres droits sur elle',
    params: EntityParams,
    response: Entity,
    async handle({ params, caller, rights, services: { db, rightsCatalogue } }) {
      const entity = await getEntity(db, params.entityId)
      const mother = entity.parentId === null ? undefined : await visibleEntities(db, caller).findById(entity.parentId)
      return { ...present(entity, () => mother !== undefined), rights: spelledOut(rights, rightsCatalogue()) }
    },
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/entites',
    summary: 'Créer une entité sous une autre',
    params: EntityParams,
    can: 'entite:edition',
    status: 201,
    body: exactly('NewEntity', {
      name: Type.String({ minLength: 1, maxLength: 128, description: 'Dénomination.' }),
      siren: Type.Optional(orNull(Type.String({ maxLength: 20 }), 'Neuf chiffres, vérifiés.')),
      kind: Type.Optional(
        Type.Union(
          ENTITY_KINDS.map(kind => Type.Literal(kind)),
          { description: 'Sorte ; une collectivité sinon.' },
        ),
      ),
    }),
    example: { name: 'Centre communal d’action sociale', siren: null },
    refusals: [errors.entityInactive],
    response: Entity,
    async handle({ params, body, ...by }) {
      const create = (trx: Db) => createEntity(trx, { ...body, parentId: params.entityId })
      return present(await administer(by, create, saidOfEntity('creation')), () => true)
    },
  }),
  route({
    method: 'PATCH',
    path: '/entites/:entityId',
    summary: 'Renommer, corriger le SIREN, désactiver ou réactiver une entité',
    params: EntityParams,
    can: 'entite:edition',
    body: exactly('EntityChanges', {
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'Dénomination.' })),
      siren: Type.Optional(orNull(Type.String({ maxLength: 20 }), 'Neuf chiffres, vérifiés.')),
      active: Type.Optional(Type.Boolean({ description: 'Faux : rien de nouveau ne pourra y être créé.' })),
    }),
    example: { name: 'Ville de Nantes', active: true },
    response: Entity,
    async handle({ params, body, ...by }) {
      const update = (trx: Db) => updateEntity(trx, params.entityId, body)
      return present(await administer(by, update, saidOfEntity('modification')), () => true)
    },
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/deplacement',
    summary: 'Placer une entité, et ce qu’elle contient, sous une autre',
    description: 'Les droits et les connecteurs hérités suivent aussitôt. Il faut le droit sur les deux mères.',
    params: EntityParams,
    can: 'entite:edition',
    body: exactly('NewMother', { parentId: said('Entité dont elle dépendra.', Id) }),
    example: { parentId: '0' },
    refusals: [errors.conflict, errors.entityInactive],
    response: Entity,
    async handle({ params, body, caller, services }) {
      const { db } = services
      const { parentId } = await getEntity(db, params.entityId)
      for (const mother of [parentId, body.parentId])
        if (mother !== null && !may(await rightsOf(db, caller, mother), 'entite:edition'))
          throw errors.notAllowed({ detail: 'Le droit manquant est « entite:edition » sur la mère.' })
      const moved = await administer(
        { caller, services },
        trx => moveEntity(trx, params.entityId, body.parentId),
        saidOfEntity('modification'),
      )
      return present(moved, () => true)
    },
  }),
  route({
    method: 'DELETE',
    path: '/entites/:entityId',
    summary: 'Supprimer une entité vide',
    description:
      'Celle qui a des filles, des documents, des comptes ou des connecteurs est à désactiver, ou à vider d’abord.',
    params: EntityParams,
    can: 'entite:edition',
    status: 204,
    refusals: [errors.conflict],
    async handle({ params, ...by }) {
      const remove = async (trx: Db) => {
        const entity = await getEntity(trx, params.entityId)
        await deleteEntity(trx, entity.id)
        return entity
      }
      await administer(by, remove, saidOfEntity('suppression'))
      return nothing()
    },
  }),
]
