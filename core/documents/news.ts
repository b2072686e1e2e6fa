import type { News } from '../authoring/connectors.ts'
import type { Clock } from '../authoring/context.ts'
import type { Db } from '../db/knex.ts'
import { settle } from '../engine/settle.ts'
import { listening, outcomeOf } from '../engine/signals.ts'
import type { StoredFiles } from '../files/files.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import type { Sender } from './inbox.ts'
import { offered } from './offers.ts'
import type { StoredDocuments } from './store.ts'

/**
 * What becomes, at the remote, of documents that an instance delivered. They are found by the key of their delivery: no other instance can
 * speak of them, and the search costs one row of the primary key.
 */
export const createNews =
  ({
    db,
    store,
    flows,
    files,
    clock,
  }: {
    readonly db: Db
    readonly store: StoredDocuments
    readonly flows: FlowRegistry
    readonly files: Pick<StoredFiles, 'open' | 'save'>
    readonly clock: Clock
  }) =>
  ({ instanceId }: Pick<Sender, 'instanceId'>): News => ({
    async delivered(externalIds) {
      const rows = await db('inbox_items')
        .where({ instanceId })
        .whereRaw('external_id = any(?)', [[...externalIds]])
        .select<{ externalId: string }[]>('externalId')
      return new Set(rows.map(({ externalId }) => externalId))
    },

    tell: ({ externalId, signal, says }) =>
      offered(async () => {
        const found = await db('inbox_items')
          .where({ instanceId, externalId })
          .first<{ entityId: string; documentId: string } | undefined>('entityId', 'documentId')
        const document = found && (await store.load(found.entityId, found.documentId))
        if (!document) return 'unknown'
        const flow = flows.get(document.flowId, document.flowVersion)
        const name = listening(flow, document, signal)
        if (name === undefined) return 'notListening'
        const now = clock.now()
        const contents = () => store.contents(document, flow)
        const outcome = await outcomeOf(flow, document, name, says, { now, files, contents })
        if (typeof outcome === 'string') return 'nothingNew'
        await store.commit(settle(flow, document, { is: 'signalled', signal: name, outcome }, now), document.version)
        return 'told'
      }),
  })
