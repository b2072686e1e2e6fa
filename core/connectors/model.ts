import { BaseModel } from '../db/base-model.ts'
import type { Settings } from './settings.ts'

/** A connector configured for an entity and its descendants. */
export class InstanceModel extends BaseModel {
  static override tableName = 'connector_instances'
  static override jsonAttributes = ['config']
  declare id: string
  declare entityId: string
  declare connector: string
  /** Version of the connector that the settings were written for. */
  declare connectorVersion: number
  declare label: string
  /** Without any secret. */
  declare config: Settings
  declare secrets: Buffer | null
  declare status: 'ok' | 'suspended'
  declare statusMessage: string
  declare toldAt: Date | null
  declare polling: string | null
  declare patience: string | null
  /** Simultaneous calls; `null` for the connector's own. */
  declare concurrency: number | null
  /** Smallest pause between two calls, as written; `null` for the connector's own. */
  declare spacing: string | null
  /** The pause that holds, in milliseconds. */
  declare spacingMs: number
  /** One more at each change of settings. */
  declare revision: number
  declare createdAt: Date
  declare updatedAt: Date
}

/** Binds a slot of a flow, or of every flow (`*`), to an instance, for an entity and its descendants. */
export class AssociationModel extends BaseModel {
  static override tableName = 'associations'
  static override idColumn = ['entityId', 'flowId', 'slot']
  declare entityId: string
  declare flowId: string
  declare slot: string
  declare instanceId: string
}

export const EVERY_FLOW = '*'
