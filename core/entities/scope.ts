import type { Db } from '../db/knex.ts'
import type { QueryBuilder } from 'objection'
import { EntityModel } from './model.ts'

/**
 * The entities where a user holds a right (`system:lecture`…), or any right at all when none is named: those where it was
 * granted, and all their descendants. One indexed query, to be run, narrowed, or used as a subquery:
 * `whereIn('entityId', visibleEntities(db, userId, 'ls-actes:lecture').select('id'))`.
 */
export const visibleEntities = (db: Db, userId: string, right?: string): QueryBuilder<EntityModel> =>
  EntityModel.query(db)
    .whereExists(
      db
        .from('user_roles')
        .join('role_rights', 'role_rights.role_id', 'user_roles.role_id')
        .where('user_roles.user_id', userId)
        .whereRaw('user_roles.entity_id = any(entity_line(entities.path))')
        .modify(granted => {
          if (right !== undefined) void granted.whereIn('role_rights.name', [right, '*'])
        }),
    )
    .orderBy('path')
