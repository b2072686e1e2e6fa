import { spelledOut } from '../../access/rights.ts'
import { getEntity } from '../../entities/entities.ts'
import type { EntityModel } from '../../entities/model.ts'
import { visibleEntities } from '../../entities/scope.ts'
import { route } from '../route.ts'
import { Entity, EntityParams, listOf, type EntityView } from './schemas.ts'

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
      const entities = await visibleEntities(db, caller.id)
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
      const mother =
        entity.parentId === null ? undefined : await visibleEntities(db, caller.id).findById(entity.parentId)
      return { ...present(entity, () => mother !== undefined), rights: spelledOut(rights, rightsCatalogue()) }
    },
  }),
]
