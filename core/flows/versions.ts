import type { Flow, StoredFlow } from '../authoring/flows.ts'
import type { Db } from '../db/knex.ts'

/**
 * Keeps the flows of the code under their version. The same version written differently replaces what was kept: while a
 * flow is being written its number does not change, and its open documents follow it.
 */
export const rememberFlows = async (db: Db, flows: readonly Flow[]): Promise<void> => {
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
