import type { Db } from '../db/knex.ts'

/** What is looked for, every name resolved. */
export interface Wanted {
  readonly entityId: string
  readonly below: boolean
  readonly flowId: string
  /** `rests`: is in the state now; `passed`: went through it, whatever came after. */
  readonly how: 'rests' | 'passed'
  readonly state: string
  readonly excluding: string | undefined
  readonly before: Date
}

/** Where a walk is: an entity, and the last document seen there. */
export interface Place {
  readonly entityId: string
  readonly after: { readonly at: Date; readonly id: string } | undefined
}

export interface Walked {
  readonly entityId: string
  readonly id: string
  readonly version: number
  readonly title: string
  readonly state: string
  /** What the walk is ordered by. */
  readonly at: Date
  readonly since: Date
  /** It matches; the others are only passed by. */
  readonly kept: boolean
}

/** Rows of one query: enough to make few of them, few enough to read trails without a thought. */
const PAGE = 500

/** The entities of the scope: one, or a branch of the tree. */
const SCOPE = `(e.id = :scope or (:below and e.path like (select path from entities where id = :scope) || '%'))`

const MATCHING = {
  rests: 'd.state = :state and d.state_since <= :before',
  // A document that passed by the state that long ago was created before.
  passed: 'd.created_at <= :before',
} as const

const ORDER = { rests: 'd.state_since', passed: 'd.created_at' } as const

const bindings = ({ entityId, below, flowId, state, excluding, before }: Wanted) => ({
  scope: entityId,
  below,
  flow: flowId,
  state,
  before,
  excluded: excluding === undefined ? null : JSON.stringify([{ state: excluding }]),
})

/** The next entity of the scope that has something to look at: one probe of the index for each, which the order asks for. */
export const nextEntity = async (db: Db, wanted: Wanted, after: string | undefined): Promise<Place | undefined> => {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select e.id from entities e
     cross join lateral (
       select from documents d where d.entity_id = e.id and d.flow_id = :flow and ${MATCHING[wanted.how]}
       order by ${ORDER[wanted.how]}, d.id limit 1) oldest
     where ${SCOPE} and e.id > :after
     order by e.id limit 1`,
    { ...bindings(wanted), after: after ?? '-1' },
  )
  return rows[0] && { entityId: rows[0].id, after: undefined }
}

/**
 * Some rows of one entity, oldest first. The order is that of an index and the matching is said of each row, so that a page costs a page even
 * when nothing in it matches.
 */
export const walk = async (
  db: Db,
  wanted: Wanted,
  { entityId, after }: Place,
): Promise<{ readonly page: readonly Walked[]; readonly more: boolean }> => {
  const order = ORDER[wanted.how]
  const { rows } = await db.raw<{ rows: Walked[] }>(
    `select p.entity_id as "entityId", p.id, p.version, p.title, p.state, p.at, coalesce(passage.at, p.state_since) as since,
       (:resting or coalesce(passage.at <= :before, false)) and not coalesce(p.trail @> :excluded::jsonb, false) as kept
     from (
       select d.entity_id, d.id, d.version, d.title, d.state, d.state_since, d.trail, ${order} as at
       from documents d join entities e on e.id = d.entity_id
       where d.entity_id = :entity and ${SCOPE} and d.flow_id = :flow and ${MATCHING[wanted.how]}
         ${after ? `and (${order}, d.id) > (:at, :id)` : ''}
       order by ${order}, d.id limit ${PAGE + 1}) p
     left join lateral (
       select max((stop->>'at')::timestamptz) as at
       from jsonb_array_elements(p.trail) stop where not :resting and stop->>'state' = :state) passage on true
     order by p.at, p.id`,
    {
      ...bindings(wanted),
      entity: entityId,
      resting: wanted.how === 'rests',
      ...(after ? { at: after.at, id: after.id } : {}),
    },
  )
  return { page: rows.slice(0, PAGE), more: rows.length > PAGE }
}
