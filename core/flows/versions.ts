import type { Flow, StoredFlow } from '../authoring/flows.ts'
import type { Db } from '../db/knex.ts'

/**
 * Keeps flows under their version. The same version written differently replaces what was kept: while a flow of the code is being
 * written its number does not change, and its open documents follow it.
 */
export const rememberFlows = async (db: Db, flows: readonly Pick<Flow, 'stored'>[]): Promise<void> => {
  if (flows.length === 0) return
  await db('flow_versions')
    .insert(flows.map(({ stored }) => ({ flowId: stored.id, version: stored.version, stored: JSON.stringify(stored) })))
    .onConflict(['flow_id', 'version'])
    .merge(['stored'])
}

/** Every version kept, the current ones included. */
export const knownFlows = async (db: Db): Promise<readonly StoredFlow[]> => {
  const rows = await db('flow_versions').select<{ stored: StoredFlow }[]>('stored')
  return rows.map(row => row.stored)
}

/** One version, whoever published it. */
export const keptVersion = async (db: Db, flowId: string, version: number): Promise<StoredFlow | undefined> => {
  const row = await db('flow_versions').where({ flowId, version }).first<{ stored: StoredFlow } | undefined>('stored')
  return row?.stored
}

/** Whether documents may have been born under this name, published by whoever. */
export const isNameTaken = async (db: Db, flowId: string): Promise<boolean> =>
  (await db('flow_versions').where({ flowId }).first<unknown>('version')) !== undefined
