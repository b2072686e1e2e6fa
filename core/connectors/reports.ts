import type { Clock } from '../authoring/context.ts'
import type { Reports } from '../authoring/desk.ts'
import type { Db } from '../db/knex.ts'
import type { Sender } from '../documents/inbox.ts'
import { errors } from '../errors.ts'
import { cleanName } from '../files/names.ts'
import type { ReportsApi } from '../http/ports.ts'
import { ownInstance } from './instances.ts'

/** What a schedule keeps its reports with. */
export type ReportsOf = (sender: Sender) => Reports

export interface ReportsService extends ReportsApi {
  readonly of: ReportsOf
}

/** Reports kept for an instance: enough to compare, never a growing archive. */
const KEPT = 20

interface Row {
  readonly id: string
  readonly name: string
  readonly at: Date
  readonly size: number
}

/** What the schedules of connectors leave for their administrators to download. */
export const createReports = ({ db, clock }: { readonly db: Db; readonly clock: Clock }): ReportsService => ({
  of: ({ instanceId, entityId }) => ({
    async keep({ name, content }) {
      const [kept] = await db('connector_reports')
        .insert({ instanceId, name: cleanName(name), content, at: clock.now() })
        .returning<{ id: string }[]>('id')
      const oldest = db('connector_reports').where({ instanceId }).orderBy('id', 'desc').offset(KEPT).select('id')
      await db('connector_reports').whereIn('id', oldest).delete()
      return `/api/v3/entites/${entityId}/connecteurs/${instanceId}/rapports/${kept?.id ?? ''}`
    },
  }),

  async list(entityId, instanceId) {
    const { id } = await ownInstance(db, entityId, instanceId)
    const rows = await db('connector_reports')
      .where('instanceId', id)
      .orderBy('id', 'desc')
      .select<Row[]>('id', 'name', 'at', db.raw('octet_length(content) as size'))
    return rows.map(row => ({ ...row, at: row.at.toISOString() }))
  },

  async read(entityId, instanceId, reportId) {
    const { id } = await ownInstance(db, entityId, instanceId)
    const found = await db('connector_reports')
      .where({ instanceId: id, id: reportId })
      .first<{ name: string; content: string } | undefined>('name', 'content')
    if (!found) throw errors.reportNotFound()
    return found
  },
})
