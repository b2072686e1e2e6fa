import type { Db } from '../../db/knex.ts'
import { ABANDONED, DONE } from '../../engine/model.ts'
import { errors } from '../../errors.ts'

/** Open documents of a version in a state, and how many they are. */
export interface Counted {
  readonly version: number
  readonly state: string
  readonly count: string
}

/** An open document that follows an older version. */
export interface OlderDocument {
  readonly entityId: string
  readonly id: string
  readonly version: number
}

const open = (db: Db, flowId: string) => db('documents').where({ flowId }).whereNotIn('state', [DONE, ABANDONED])

/** By version and state, oldest version first. Reads the index of open documents alone. @param version one of them */
export const countOpen = (db: Db, flowId: string, version?: number): Promise<Counted[]> =>
  open(db, flowId)
    .modify(query => {
      if (version !== undefined) void query.where('flow_version', version)
    })
    .groupBy('flow_version', 'state')
    .orderBy(['flow_version', 'state'])
    .select<Counted[]>({ version: 'flow_version' }, 'state', db.raw('count(*) as count'))

type Place = readonly [version: string, entityId: string, id: string]

const placeOf = (after: string): Place => {
  const [version = '', entityId = '', id = ''] = after.split(':')
  if (!/^\d{1,9}$/u.test(version) || !/^\d{1,18}$/u.test(entityId) || id === '')
    throw errors.badRequest({ detail: 'Ce curseur « apres » est inconnu.' })
  return [version, entityId, id]
}

/** Where to go on after this document. */
export const cursorOf = ({ version, entityId, id }: OlderDocument): string => `${version}:${entityId}:${id}`

/**
 * A page of the open documents of versions before `current`, in the order of their index: those that were brought on are no longer read.
 * @param after cursor of the last document looked at
 * @throws errors.badRequest when it is not one
 */
export const olderDocuments = async (
  db: Db,
  { flowId, current, after, most }: { flowId: string; current: number; after: string | undefined; most: number },
): Promise<OlderDocument[]> => {
  const place = after === undefined ? undefined : placeOf(after)
  return open(db, flowId)
    .where('flow_version', '<', current)
    .modify(query => {
      if (place) void query.whereRaw('(flow_version, entity_id, id) > (?, ?, ?)', [...place])
    })
    .orderBy(['flow_version', 'entity_id', 'id'])
    .limit(most)
    .select<OlderDocument[]>('entity_id', 'id', { version: 'flow_version' })
}
