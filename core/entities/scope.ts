import { may } from '../access/rights.ts'
import { entityArray, namesGiving, narrowed, type Holder } from '../access/scope.ts'
import type { Db } from '../db/knex.ts'
import type { QueryBuilder } from 'objection'
import { EntityModel } from './model.ts'

/**
 * The entities where a caller holds a right (`system:lecture`…), or any right at all when none is named: those where it was
 * granted, and all their descendants. One indexed query, to be run, narrowed, or used as a subquery:
 * `whereIn('entityId', visibleEntities(db, caller, 'ls-actes:lecture').select('id'))`.
 */
export const visibleEntities = (db: Db, { id, scope }: Holder, right?: string): QueryBuilder<EntityModel> =>
  EntityModel.query(db)
    .whereExists(
      db
        .from('user_roles')
        .join('role_rights', 'role_rights.role_id', 'user_roles.role_id')
        .where('user_roles.user_id', id)
        .whereRaw('user_roles.entity_id = any(entity_line(entities.path))')
        .modify(granted => {
          if (right !== undefined) void granted.whereIn('role_rights.name', [...namesGiving(right)])
        }),
    )
    .modify(query => {
      if (scope?.entities)
        void query.whereRaw('entity_line(entities.path) && ?::bigint[]', [entityArray(scope.entities)])
      // The same for every entity: the scope of the token does not hold that right anywhere.
      if (right !== undefined && !may(narrowed(new Set(['*']), scope), right)) void query.whereRaw('false')
    })
    .orderBy('path')
