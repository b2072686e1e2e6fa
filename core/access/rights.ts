import type { Db } from '../db/knex.ts'
import type { CompiledFlow } from '../engine/model.ts'
import { entityArray, namesGiving, narrowed, type Holder } from './scope.ts'

/** What a caller holds on one entity. `*`, `*:lecture`, `ls-actes:*` stand for several; ask `may`, never the set itself. */
export type Rights = ReadonlySet<string>

/** Rights that do not depend on the flows installed (domain §2.2). */
export const FIXED_RIGHTS = [
  'entite:lecture',
  'entite:edition',
  'utilisateur:lecture',
  'utilisateur:edition',
  'utilisateur:creation',
  'role:lecture',
  'role:edition',
  'journal:lecture',
  'system:lecture',
  'system:edition',
  'annuaire:lecture',
  'annuaire:edition',
  'connecteur:lecture',
  'connecteur:edition',
] as const

/** Every right that can be granted: the fixed ones, and for each flow reading, editing and what its tasks ask for. */
export const rightsCatalogue = (flows: Iterable<Pick<CompiledFlow, 'id' | 'tasks'>>): readonly string[] => {
  const ofFlows = [...flows].flatMap(({ id, tasks }) => [
    `${id}:lecture`,
    `${id}:edition`,
    ...Object.values(tasks).flatMap(({ definition }) =>
      definition.can === undefined ? [] : [`${id}:${definition.can}`],
    ),
  ])
  return [...FIXED_RIGHTS, ...new Set(ofFlows)]
}

/** Whether these rights include that one. */
export const may = (rights: Rights, right: string): boolean => namesGiving(right).some(name => rights.has(name))

/** The same rights spelled out, for whoever has to see them (a screen, an API client). */
export const spelledOut = (rights: Rights, catalogue: readonly string[]): readonly string[] =>
  [...rights].some(name => name.includes('*')) ? catalogue.filter(right => may(rights, right)) : [...rights].sort()

/**
 * What a user may do on an entity: the union of the rights of their roles there and on every ancestor, root included,
 * within the scope of the token used.
 * Empty when the entity does not exist or is not theirs to see: both look the same from outside.
 */
export const rightsOf = async (db: Db, { id, scope }: Holder, entityId: string): Promise<Rights> => {
  const names = await db
    .from('entities')
    .joinRaw('join user_roles on user_roles.entity_id = any(entity_line(entities.path))')
    .join('role_rights', 'role_rights.role_id', 'user_roles.role_id')
    .where({ 'entities.id': entityId, 'user_roles.user_id': id })
    .modify(query => {
      if (scope?.entities)
        void query.whereRaw('entity_line(entities.path) && ?::bigint[]', [entityArray(scope.entities)])
    })
    .distinct<{ name: string }[]>('role_rights.name')
  return narrowed(new Set(names.map(({ name }) => name)), scope)
}

/** What a user may do on one entity at least: decides which catalogues (flows, connectors) they may read. */
export const rightsAnywhere = async (db: Db, { id, scope }: Holder): Promise<Rights> => {
  const names = await db
    .from('user_roles')
    .join('role_rights', 'role_rights.role_id', 'user_roles.role_id')
    .where({ 'user_roles.user_id': id })
    .distinct<{ name: string }[]>('role_rights.name')
  return narrowed(new Set(names.map(({ name }) => name)), scope)
}
