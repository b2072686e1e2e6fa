import type { StoredFlow } from '../../authoring/flows.ts'
import type { Db, Transaction } from '../../db/knex.ts'
import { ABANDONED, DONE } from '../../engine/model.ts'
import { errors } from '../../errors.ts'
import type { LiveFlow } from '../registry.ts'
import type { FieldGroup, StudioFlow, Upgrade } from './format.ts'
import { chained, chainedName, type VersionUpgrade } from './upgrade.ts'

/** Told to every process when a flow is published, retired or opened again; the payload is its identifier. */
export const FLOWS_CHANNEL = 'passeur_flows'

export interface StudioRow {
  readonly id: string
  readonly draft: StudioFlow
  readonly revision: number
  readonly published: number | null
  readonly retiredAt: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface VersionRow extends VersionUpgrade {
  readonly source: StudioFlow
  /** As it runs: groups written out. */
  readonly stored: StoredFlow
  readonly publishedAt: Date
  /** Login; nothing when the account is gone. */
  readonly publishedBy: string | null
}

export interface GroupRow {
  readonly id: string
  readonly contents: FieldGroup
  readonly revision: number
}

export const studioRows = (db: Db): Promise<StudioRow[]> => db('studio_flows').orderBy('id').select<StudioRow[]>()

export const studioRow = (db: Db, id: string): Promise<StudioRow | undefined> =>
  db('studio_flows').where({ id }).first<StudioRow | undefined>()

/** @throws errors.flowNotFound */
export const rowNamed = async (db: Db, id: string): Promise<StudioRow> => {
  const found = await studioRow(db, id)
  if (!found) throw errors.flowNotFound()
  return found
}

/** Locked until the end of the transaction. @throws errors.flowNotFound, errors.flowMoved when somebody was faster */
export const lockedRow = async (
  trx: Transaction,
  { id, revision }: { readonly id: string; readonly revision: number },
): Promise<StudioRow> => {
  await trx('studio_flows').where({ id }).forUpdate().first('id')
  const found = await rowNamed(trx, id)
  if (found.revision !== revision) throw errors.flowMoved()
  return found
}

/** What each published flow was drawn as, by its identifier. */
export const publishedSources = async (db: Db): Promise<ReadonlyMap<string, StudioFlow>> => {
  const rows = await db('studio_versions')
    .join('studio_flows', join =>
      join.on('studio_flows.id', 'studio_versions.flow_id').andOn('studio_flows.published', 'studio_versions.version'),
    )
    .select<{ flowId: string; source: StudioFlow }[]>('studio_versions.flow_id', 'studio_versions.source')
  return new Map(rows.map(({ flowId, source }) => [flowId, source]))
}

/** What each version of a flow says of the one before. */
export const upgradesOf = (db: Db, flowId: string): Promise<VersionUpgrade[]> =>
  db('studio_versions').where({ flowId }).select<VersionUpgrade[]>('version', 'upgrade')

/** Those of these names that are flows of the studio. */
export const studioNamesAmong = async (db: Db, ids: readonly string[]): Promise<readonly string[]> =>
  (
    await db('studio_flows')
      .whereIn('id', [...ids])
      .select<{ id: string }[]>('id')
  ).map(({ id }) => id)

/** Newest first. */
export const versionRows = (db: Db, flowId: string): Promise<VersionRow[]> =>
  db('studio_versions')
    .join('flow_versions', join =>
      join
        .on('flow_versions.flow_id', 'studio_versions.flow_id')
        .andOn('flow_versions.version', 'studio_versions.version'),
    )
    .leftJoin('users', 'users.id', 'studio_versions.published_by')
    .where('studio_versions.flow_id', flowId)
    .orderBy('studio_versions.version', 'desc')
    .select<VersionRow[]>('studio_versions.version', 'source', 'stored', 'upgrade', 'publishedAt', {
      publishedBy: 'users.login',
    })

export const groupRows = (db: Db): Promise<GroupRow[]> =>
  db('studio_groups').orderBy('id').select<GroupRow[]>('id', 'contents', 'revision')

export const sharedGroups = async (db: Db): Promise<ReadonlyMap<string, FieldGroup>> =>
  new Map((await groupRows(db)).map(({ id, contents }) => [id, contents]))

/** Whether documents of this flow have still to finish. */
export const hasOpenDocuments = async (db: Db, flowId: string): Promise<boolean> =>
  (await db('documents').where({ flowId }).whereNotIn('state', [DONE, ABANDONED]).first<unknown>('id')) !== undefined

/** What every process must know of what is published; one flow, or all of them. */
export const publishedFlows = async (db: Db, id?: string): Promise<readonly LiveFlow[]> => {
  const rows = await db('studio_flows')
    .join('flow_versions', join =>
      join.on('flow_versions.flow_id', 'studio_flows.id').andOn('flow_versions.version', 'studio_flows.published'),
    )
    .modify(query => {
      if (id !== undefined) void query.where('studio_flows.id', id)
    })
    .select<{ id: string; stored: StoredFlow; retiredAt: Date | null }[]>(
      'studio_flows.id',
      'flow_versions.stored',
      'studio_flows.retired_at',
    )
  const upgrades = await db('studio_versions')
    .whereIn(
      'flow_id',
      rows.map(row => row.id),
    )
    .select<{ flowId: string; version: number; upgrade: Upgrade | null }[]>('flowId', 'version', 'upgrade')
  return rows.map(({ stored, retiredAt, id: flowId }) => {
    const own = upgrades.filter(each => each.flowId === flowId)
    return { stored, retired: retiredAt !== null, upgrade: chained(own), renamed: chainedName(own) }
  })
}
