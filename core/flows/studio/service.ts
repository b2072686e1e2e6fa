import type { Clock, Log } from '../../authoring/context.ts'
import type { AnyStep } from '../../authoring/steps.ts'
import type { Db, Transaction } from '../../db/knex.ts'
import { notify, type Listener } from '../../db/notifications.ts'
import { inTransaction } from '../../db/unit-of-work.ts'
import { FlowError, type FlowFault } from '../../engine/compile.ts'
import type { CompiledFlow } from '../../engine/model.ts'
import { errors } from '../../errors.ts'
import type { FlowRegistry } from '../registry.ts'
import { isNameTaken, rememberFlows } from '../versions.ts'
import { checkFlow, shapeFaults, type Checked } from './check.ts'
import type { StudioFlow, Upgrade } from './format.ts'
import { createGroups, type Groups } from './groups.ts'
import { resolve, selfContained } from './resolve.ts'
import {
  FLOWS_CHANNEL,
  hasOpenDocuments,
  publishedFlows,
  sharedGroups,
  studioRow,
  studioRows,
  versionRows,
  type StudioRow,
  type VersionRow,
} from './store.ts'
import { upgradeFaults } from './upgrade.ts'

/** brouillon: never published. publié: documents may begin. retiré: those that are open finish. */
export type StudioState = 'brouillon' | 'publie' | 'retire'

export interface StudioSummary {
  readonly id: string
  readonly label: string
  readonly family: string
  readonly state: StudioState
  /** Version that new documents follow; none before the first publication. */
  readonly published: number | null
  /** The draft says something else than what is published. */
  readonly changed: boolean
  readonly updatedAt: Date
}

export interface StudioDetail extends StudioSummary {
  readonly draft: StudioFlow
  readonly revision: number
  readonly faults: readonly FlowFault[]
  readonly versions: readonly Omit<VersionRow, 'source'>[]
}

interface Editing {
  readonly id: string
  /** As it was read; another means that somebody was faster. */
  readonly revision: number
  /** Account; none: the command line. */
  readonly by: string | undefined
}

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
  check(flow: unknown, upgrade?: Upgrade): Promise<Checked>
  /**
   * The draft becomes the version that new documents follow; open documents keep theirs.
   * @throws errors.badInput with every fault at its place
   */
  publish(editing: Editing & { readonly upgrade?: Upgrade | undefined }): Promise<StudioDetail>
  /** No new document; those that are open finish. */
  retire(id: string): Promise<StudioDetail>
  /** New documents may begin again. */
  reopen(id: string): Promise<StudioDetail>
  /** Only what was never published: documents follow the rest. */
  remove(id: string): Promise<void>
  /** The draft with the groups it uses: what another platform can read. */
  exported(id: string): Promise<StudioFlow>
  /** Learns what was published before, then what is published anywhere. @returns how to stop */
  follow(listener: Listener): Promise<() => void>
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

const stateOf = ({ published, retiredAt }: StudioRow): StudioState =>
  published === null ? 'brouillon' : retiredAt ? 'retire' : 'publie'

const refuse = (faults: readonly FlowFault[]) =>
  errors.badInput({ fields: faults.map(({ at, message }) => ({ field: at, code: 'flux', message })) })

const assertFlow = (value: unknown): StudioFlow => {
  const faults = shapeFaults(value)
  if (faults.length > 0) throw refuse(faults)
  return value as StudioFlow
}

export const createStudio = ({
  db,
  flows,
  steps,
  clock,
  log,
}: {
  readonly db: Db
  readonly flows: FlowRegistry
  readonly steps: ReadonlyMap<string, AnyStep>
  readonly clock: Clock
  readonly log: Log
}): Studio => {
  const groups = createGroups({ db, clock })

  const row = async (id: string, on: Db = db): Promise<StudioRow> => {
    const found = await studioRow(on, id)
    if (!found) throw errors.flowNotFound()
    return found
  }

  const summary = (found: StudioRow, source: StudioFlow | undefined): StudioSummary => ({
    id: found.id,
    label: found.draft.label,
    family: found.draft.family,
    state: stateOf(found),
    published: found.published,
    changed: !same(found.draft, source),
    updatedAt: found.updatedAt,
  })

  const detail = async (id: string): Promise<StudioDetail> => {
    const found = await row(id)
    const versions = await versionRows(db, id)
    const { faults } = checkFlow(found.draft, (found.published ?? 0) + 1, steps, await sharedGroups(db))
    return {
      ...summary(found, versions[0]?.source),
      draft: found.draft,
      revision: found.revision,
      faults,
      versions: versions.map(({ source: _source, ...version }) => version),
    }
  }

  /** Ids are looked up without regard to who published them: documents of both would be mixed. */
  const assertFree = async (trx: Transaction, id: string): Promise<void> => {
    if (flows.isCode(id) || (await isNameTaken(trx, id)) || (await studioRow(trx, id)))
      throw errors.conflict({ detail: `L'identifiant « ${id} » est déjà celui d'un flux : en choisir un autre.` })
  }

  /** @throws errors.flowMoved when somebody was faster */
  const locked = async (trx: Transaction, { id, revision }: Pick<Editing, 'id' | 'revision'>): Promise<StudioRow> => {
    await trx('studio_flows').where({ id }).forUpdate().first('id')
    const found = await row(id, trx)
    if (found.revision !== revision) throw errors.flowMoved()
    return found
  }

  const before = (found: StudioRow): CompiledFlow | undefined =>
    found.published === null ? undefined : flows.current(found.id)

  /** Faults of the draft, and what it would take away from open documents. */
  const allFaults = async (trx: Db, flow: StudioFlow, found: StudioRow | undefined, upgrade: Upgrade) => {
    const checked = checkFlow(flow, (found?.published ?? 0) + 1, steps, await sharedGroups(trx))
    const published = found && before(found)
    const losing =
      checked.compiled && published && (Object.keys(upgrade).length > 0 || (await hasOpenDocuments(trx, flow.id)))
        ? upgradeFaults(published, checked.compiled, upgrade)
        : []
    return { ...checked, faults: [...checked.faults, ...losing] }
  }

  const learn = async (id?: string): Promise<void> => {
    for (const flow of await publishedFlows(db, id))
      try {
        flows.learn(flow)
      } catch (error) {
        if (!(error instanceof FlowError)) throw error
        log.error(
          { flow: flow.stored.id, faults: error.faults },
          'a flow of the studio cannot run with the steps installed',
        )
      }
  }

  const close = async (id: string, retiredAt: Date | null): Promise<StudioDetail> => {
    await inTransaction(db, async trx => {
      const found = await row(id, trx)
      if (found.published === null)
        throw errors.conflict({
          detail: `« ${found.draft.label} » n'a jamais été publié : le publier, ou le supprimer.`,
        })
      await trx('studio_flows').where({ id }).update({ retiredAt, updatedAt: clock.now() })
      await notify(trx, FLOWS_CHANNEL, id)
    })
    await learn(id)
    return detail(id)
  }

  return {
    groups,

    async list() {
      const rows = await studioRows(db)
      const sources = await db('studio_versions')
        .join('studio_flows', join =>
          join
            .on('studio_flows.id', 'studio_versions.flow_id')
            .andOn('studio_flows.published', 'studio_versions.version'),
        )
        .select<{ flowId: string; source: StudioFlow }[]>('studio_versions.flow_id', 'studio_versions.source')
      return rows.map(each => summary(each, sources.find(({ flowId }) => flowId === each.id)?.source))
    },

    read: detail,

    async create(value, by) {
      const { $schema: _schema, ...flow } = assertFlow(value)
      await inTransaction(db, async trx => {
        await assertFree(trx, flow.id)
        const now = clock.now()
        await trx('studio_flows').insert({
          id: flow.id,
          draft: JSON.stringify(flow),
          createdAt: now,
          updatedAt: now,
          updatedBy: by ?? null,
        })
      })
      return detail(flow.id)
    },

    async edit({ flow: value, ...editing }) {
      const { $schema: _schema, ...flow } = assertFlow(value)
      if (flow.id !== editing.id)
        throw refuse([{ at: '/id', message: `L'identifiant d'un flux ne change pas : c'est « ${editing.id} ».` }])
      await inTransaction(db, async trx => {
        const { revision } = await locked(trx, editing)
        await trx('studio_flows')
          .where({ id: editing.id })
          .update({
            draft: JSON.stringify(flow),
            revision: revision + 1,
            updatedAt: clock.now(),
            updatedBy: editing.by ?? null,
          })
      })
      return detail(editing.id)
    },

    async check(value, upgrade = {}) {
      const faults = shapeFaults(value)
      if (faults.length > 0) return { faults, compiled: undefined }
      const flow = value as StudioFlow
      return allFaults(db, flow, await studioRow(db, flow.id), upgrade)
    },

    async publish({ upgrade = {}, ...editing }) {
      await inTransaction(db, async trx => {
        const found = await locked(trx, editing)
        const { faults } = await allFaults(trx, found.draft, found, upgrade)
        if (faults.length > 0) throw refuse(faults)
        const version = (found.published ?? 0) + 1
        const now = clock.now()
        const { stored } = resolve(found.draft, version, await sharedGroups(trx))
        await rememberFlows(trx, [{ stored }])
        await trx('studio_versions').insert({
          flowId: found.id,
          version,
          source: JSON.stringify(found.draft),
          upgrade: JSON.stringify(upgrade),
          publishedAt: now,
          publishedBy: editing.by ?? null,
        })
        await trx('studio_flows')
          .where({ id: found.id })
          .update({ published: version, revision: found.revision + 1, retiredAt: null, updatedAt: now })
        await notify(trx, FLOWS_CHANNEL, found.id)
      })
      await learn(editing.id)
      return detail(editing.id)
    },

    retire: id => close(id, clock.now()),
    reopen: id => close(id, null),

    async remove(id) {
      const found = await row(id)
      if (found.published !== null)
        throw errors.conflict({
          detail: `« ${found.draft.label} » a été publié et des documents le suivent : le retirer plutôt que le supprimer.`,
        })
      await db('studio_flows').where({ id, published: null }).delete()
    },

    async exported(id) {
      return selfContained((await row(id)).draft, await sharedGroups(db))
    },

    async follow(listener) {
      const again = (id?: string) => {
        learn(id).catch((error: unknown) => log.error({ err: error }, 'what is published in the studio cannot be read'))
      }
      const stop = listener.subscribe(FLOWS_CHANNEL, { message: again, missed: again })
      await learn()
      return stop
    },
  }
}
