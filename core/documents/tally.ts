import type { Tally } from '../authoring/desk.ts'
import type { Db } from '../db/knex.ts'

/** The legal day of creation, in SQL: the day begins at midnight in Paris, summer time included. */
const MIDNIGHT = (name: string) => `(:${name}::date)::timestamp at time zone 'Europe/Paris'`

/**
 * Documents and bytes by entity and state, in one aggregate (transformation-misc.md §5). Bytes are those of every version kept: what the
 * documents weigh, not what one would download.
 */
export const tallyOf = async (
  db: Db,
  {
    entityId,
    below,
    flowId,
    from,
    to,
  }: {
    readonly entityId: string
    readonly below: boolean
    readonly flowId: string
    readonly from: string | undefined
    readonly to: string | undefined
  },
): Promise<readonly Omit<Tally, 'stateLabel'>[]> => {
  const { rows } = await db.raw<{
    rows: { entityId: string; entityName: string; state: string; documents: string; bytes: string }[]
  }>(
    `select e.id as "entityId", e.name as "entityName", d.state, count(*) as documents, coalesce(sum(f.bytes), 0) as bytes
     from entities e
     join documents d on d.entity_id = e.id and d.flow_id = :flow
       ${from === undefined ? '' : `and d.created_at >= ${MIDNIGHT('from')}`}
       ${to === undefined ? '' : `and d.created_at < ${MIDNIGHT('to')}`}
     left join lateral (
       select sum(size) as bytes from document_files f where f.entity_id = d.entity_id and f.document_id = d.id) f on true
     where e.id = :scope or (:below and e.path like (select path from entities where id = :scope) || '%')
     group by e.id, e.name, e.path, d.state
     order by e.path, d.state`,
    {
      scope: entityId,
      below,
      flow: flowId,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    },
  )
  return rows.map(row => ({ ...row, documents: Number(row.documents), bytes: Number(row.bytes) }))
}
