import type { Clock, Log } from '../../authoring/context.ts'
import type { AnyStep } from '../../authoring/steps.ts'
import type { Db } from '../../db/knex.ts'
import type { Listener } from '../../db/notifications.ts'
import type { StoredDocuments } from '../../documents/store.ts'
import type { FlowRegistry } from '../registry.ts'
import { changesBetween } from './changes.ts'
import { checkFlow } from './check.ts'
import { createDrafts } from './drafts.ts'
import type { StudioFlow, Upgrade } from './format.ts'
import { createGroups, type Groups } from './groups.ts'
import { createLive } from './live.ts'
import { summaryOf, type Editing, type StudioDetail, type StudioSummary } from './model.ts'
import { createOpenDocuments, type BringOn, type BroughtOn, type OpenDocuments } from './open-documents.ts'
import { createPublication, type Trial } from './publication.ts'
import { selfContained } from './resolve.ts'
import { publishedSources, rowNamed, sharedGroups, studioRows, versionRows } from './store.ts'

/** Flows drawn without code: written as data, checked by the compiler of the others, seen by every process once published. */
export interface Studio {
  readonly groups: Groups
  list(): Promise<readonly StudioSummary[]>
  /** @throws errors.flowNotFound */
  read(id: string): Promise<StudioDetail>
  /** A draft may still be faulty; it must be a flow by the published schema. @throws errors.badInput, errors.conflict */
  create(flow: unknown, by: string | undefined): Promise<StudioDetail>
  edit(editing: Editing & { readonly flow: unknown }): Promise<StudioDetail>
  /** What publishing would say; nothing is kept. */
  check(flow: unknown, upgrade?: Upgrade): Promise<Trial>
  /**
   * The draft becomes the version that new documents follow; open documents keep theirs.
   * @throws errors.badInput with every fault at its place
   */
  publish(editing: Editing & { readonly upgrade?: Upgrade | undefined }): Promise<StudioDetail>
  /** No new document; those that are open finish. */
  retire(id: string, by: string | undefined): Promise<StudioDetail>
  /** New documents may begin again. */
  reopen(id: string, by: string | undefined): Promise<StudioDetail>
  /** Only what was never published: documents follow the rest. */
  remove(id: string): Promise<void>
  /** The draft with the groups it uses: what another platform can read. */
  exported(id: string): Promise<StudioFlow>
  /** Where its open documents are, and which would follow to the current version. @throws errors.conflict when there is none */
  openDocuments(id: string): Promise<OpenDocuments>
  /** Brings open documents to the current version, a page at a time. @throws errors.badInput, errors.conflict */
  bringOn(asked: BringOn): Promise<BroughtOn>
  /** Learns what was published before, then what is published anywhere. @returns how to stop */
  follow(listener: Listener): Promise<() => void>
}

export const createStudio = ({
  store,
  ...dependencies
}: {
  readonly db: Db
  readonly flows: FlowRegistry
  readonly store: StoredDocuments
  readonly steps: ReadonlyMap<string, AnyStep>
  readonly clock: Clock
  readonly log: Log
}): Studio => {
  const { db, steps } = dependencies
  const drafts = createDrafts(dependencies)
  const publication = createPublication(dependencies)
  const documents = createOpenDocuments({ ...dependencies, store })
  const { learn, follow } = createLive(dependencies)

  const read = async (id: string): Promise<StudioDetail> => {
    const found = await rowNamed(db, id)
    const versions = await versionRows(db, id)
    const { faults } = checkFlow(found.draft, (found.published ?? 0) + 1, steps, await sharedGroups(db))
    return {
      ...summaryOf(found, versions[0]?.source),
      draft: found.draft,
      revision: found.revision,
      faults,
      versions: versions.map(({ version, publishedAt, publishedBy, stored }, index) => ({
        version,
        publishedAt,
        publishedBy,
        changes: changesBetween(versions[index + 1]?.stored, stored),
      })),
    }
  }

  const turn = async (which: Parameters<typeof publication.turn>[0], id: string, by: string | undefined) => {
    await publication.turn(which, id, by)
    await learn(id)
    return read(id)
  }

  return {
    groups: createGroups(dependencies),

    async list() {
      const sources = await publishedSources(db)
      return (await studioRows(db)).map(each => summaryOf(each, sources.get(each.id)))
    },

    read,
    create: async (flow, by) => read(await drafts.create(flow, by)),

    async edit(editing) {
      await drafts.edit(editing)
      return read(editing.id)
    },

    check: (flow, upgrade = {}) => publication.check(flow, upgrade),

    async publish(editing) {
      await publication.publish(editing)
      await learn(editing.id)
      return read(editing.id)
    },

    retire: (id, by) => turn('retrait', id, by),
    reopen: (id, by) => turn('reprise', id, by),
    remove: id => drafts.remove(id),

    async exported(id) {
      return selfContained((await rowNamed(db, id)).draft, await sharedGroups(db))
    },

    // Another process may have published a moment ago.
    async openDocuments(id) {
      await learn(id)
      return documents.list(id)
    },
    async bringOn(asked) {
      await learn(asked.id)
      return documents.bringOn(asked)
    },
    follow,
  }
}
