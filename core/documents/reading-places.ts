import { may } from '../access/rights.ts'
import { entityArray, narrowed, type Holder } from '../access/scope.ts'
import type { Db } from '../db/knex.ts'

/** Where a person may read documents: some flows, from an entity down. */
export interface ReadingGrant {
  readonly path: string
  readonly flows: readonly string[]
}

export interface ReadingPlaces {
  readonly grants: readonly ReadingGrant[]
  /** Those entities, when they are few. */
  readonly entities: readonly string[] | undefined
}

/** Beyond, looking into the entities one after the other costs more than looking everywhere. */
const FEW = 50

/**
 * A condition on a document `d` of an entity `e`, with `:grants`: the flow may be read there. Asked of what was found, so that it costs
 * what is found whatever the size of the tree.
 */
export const MAY_READ = `exists (
  select from jsonb_to_recordset(:grants) as g(path text, flows jsonb)
  where starts_with(e.path, g.path) and jsonb_exists(g.flows, d.flow_id))`

/**
 * What a caller may read, whatever the entity.
 * @param branch an entity: only it and what is below
 */
export const readingPlaces = async (
  db: Db,
  { id, scope }: Holder,
  { flows, branch }: { readonly flows: readonly string[]; readonly branch: string | undefined },
): Promise<ReadingPlaces> => {
  const { rows } = await db.raw<{ rows: { path: string; names: string[] }[] }>(
    `select p.path, array_agg(distinct r.name) as names
     from user_roles u
     join role_rights r on r.role_id = u.role_id
     join entities g on g.id = u.entity_id
     cross join lateral (
       -- What was granted, within the entities of the token and the branch asked for: the deepest of the three, when each is above the next.
       select deepest.path from entities deepest
       where starts_with(deepest.path, g.path)
         and (deepest.id = g.id or deepest.id = :branch::bigint or deepest.id = any(coalesce(:within::bigint[], '{}')))
         and (:branch::bigint is null or starts_with(deepest.path, (select path from entities where id = :branch::bigint)))
         and (:within::bigint[] is null or entity_line(deepest.path) && :within::bigint[])) p
     where u.user_id = :user
     group by p.path`,
    {
      user: id,
      branch: branch ?? null,
      within: scope?.entities ? entityArray(scope.entities) : null,
    },
  )
  const grants = rows.flatMap(({ path, names }) => {
    const rights = narrowed(new Set(names), scope)
    const readable = flows.filter(flow => may(rights, `${flow}:lecture`))
    return readable.length > 0 ? [{ path, flows: readable }] : []
  })
  const { rows: below } = await db.raw<{ rows: { id: string }[] }>(
    `select distinct e.id from unnest(:paths::text[]) as g(path)
     cross join lateral (select id from entities e where e.path >= g.path and e.path < g.path || '~' limit ${FEW + 1}) e
     limit ${FEW + 1}`,
    { paths: grants.map(({ path }) => path) },
  )
  return { grants, entities: below.length > FEW ? undefined : below.map(each => each.id) }
}
