import type { Clock } from '../../authoring/context.ts'
import type { AnyStep } from '../../authoring/steps.ts'
import { tell } from '../../connectors/tell.ts'
import type { Db, Transaction } from '../../db/knex.ts'
import { notify } from '../../db/notifications.ts'
import { inTransaction } from '../../db/unit-of-work.ts'
import type { CompiledFlow } from '../../engine/model.ts'
import { ROOT } from '../../entities/model.ts'
import { errors } from '../../errors.ts'
import type { FlowRegistry } from '../registry.ts'
import { keptVersion, rememberFlows } from '../versions.ts'
import { changesBetween, toldChanges } from './changes.ts'
import { checkFlow, shapeFaults, type Checked } from './check.ts'
import type { StudioFlow, Upgrade } from './format.ts'
import { refusal, type Editing } from './model.ts'
import { vanishedStates, type StateCount } from './open-documents.ts'
import { resolve } from './resolve.ts'
import {
  FLOWS_CHANNEL,
  hasOpenDocuments,
  lockedRow,
  rowNamed,
  sharedGroups,
  studioRow,
  type StudioRow,
} from './store.ts'
import { upgradeFaults } from './upgrade.ts'

export interface Trial extends Checked {
  /** Where open documents of the published version are and that this flow does not have: they would stay in their version. */
  readonly vanished: readonly StateCount[]
}

const CLOSED = {
  retrait: { event: 'flux.retrait', said: 'retiré : aucun nouveau document ne peut commencer' },
  reprise: { event: 'flux.reprise', said: 'remis en service' },
} as const

/** What makes a draft the version that new documents follow. Everything is said in the journal of the platform. */
export const createPublication = ({
  db,
  flows,
  steps,
  clock,
}: {
  readonly db: Db
  readonly flows: FlowRegistry
  readonly steps: ReadonlyMap<string, AnyStep>
  readonly clock: Clock
}) => {
  const published = (found: StudioRow | undefined): CompiledFlow | undefined =>
    found?.published ? flows.current(found.id) : undefined

  const tellAll = (trx: Transaction, by: string | undefined, event: string, message: string) =>
    tell(trx, ROOT, { by, now: clock.now() }, event, message)

  /** Faults of the flow, and what it would take away from open documents. */
  const tried = async (trx: Db, flow: StudioFlow, found: StudioRow | undefined, upgrade: Upgrade): Promise<Checked> => {
    const checked = checkFlow(flow, (found?.published ?? 0) + 1, steps, await sharedGroups(trx))
    const before = published(found)
    const losing =
      checked.compiled && before && (Object.keys(upgrade).length > 0 || (await hasOpenDocuments(trx, flow.id)))
        ? upgradeFaults(before, checked.compiled, upgrade)
        : []
    return { ...checked, faults: [...checked.faults, ...losing] }
  }

  return {
    async check(value: unknown, upgrade: Upgrade): Promise<Trial> {
      const faults = shapeFaults(value)
      if (faults.length > 0) return { faults, compiled: undefined, vanished: [] }
      const flow = value as StudioFlow
      const found = await studioRow(db, flow.id)
      const checked = await tried(db, flow, found, upgrade)
      const before = published(found)
      const vanished = before && checked.compiled ? await vanishedStates(db, before, checked.compiled, upgrade) : []
      return { ...checked, vanished }
    },

    async publish({ upgrade = {}, ...editing }: Editing & { readonly upgrade?: Upgrade | undefined }): Promise<void> {
      await inTransaction(db, async trx => {
        const found = await lockedRow(trx, editing)
        const { faults } = await tried(trx, found.draft, found, upgrade)
        if (faults.length > 0) throw refusal(faults)
        const version = (found.published ?? 0) + 1
        const now = clock.now()
        const { stored } = resolve(found.draft, version, await sharedGroups(trx))
        const before = found.published === null ? undefined : await keptVersion(trx, found.id, found.published)
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
        const said = toldChanges(changesBetween(before, stored))
        await tellAll(
          trx,
          editing.by,
          'flux.publication',
          `Flux « ${stored.label} » (${found.id}) publié en version ${version} : ${said}.`,
        )
      })
    },

    /** Closes a flow to new documents, or opens it again. */
    async turn(which: keyof typeof CLOSED, id: string, by: string | undefined): Promise<void> {
      await inTransaction(db, async trx => {
        const found = await rowNamed(trx, id)
        if (found.published === null)
          throw errors.conflict({
            detail: `« ${found.draft.label} » n'a jamais été publié : le publier, ou le supprimer.`,
          })
        const now = clock.now()
        await trx('studio_flows')
          .where({ id })
          .update({ retiredAt: which === 'retrait' ? now : null, updatedAt: now })
        await notify(trx, FLOWS_CHANNEL, id)
        const { event, said } = CLOSED[which]
        await tellAll(trx, by, event, `Flux « ${found.draft.label} » (${id}) ${said}.`)
      })
    },
  }
}
