import type { Clock } from '../../authoring/context.ts'
import { tell } from '../../connectors/tell.ts'
import type { Db } from '../../db/knex.ts'
import { inTransaction } from '../../db/unit-of-work.ts'
import type { StoredDocuments } from '../../documents/store.ts'
import type { CompiledFlow, CompiledState, Document } from '../../engine/model.ts'
import { settle } from '../../engine/settle.ts'
import { ROOT } from '../../entities/model.ts'
import { errors, Problem } from '../../errors.ts'
import type { FlowRegistry } from '../registry.ts'
import type { Upgrade } from './format.ts'
import { refusal } from './model.ts'
import { countOpen, cursorOf, olderDocuments, type Counted } from './open-queries.ts'
import { goneSentence, isAtRest, movesFaults, passageOf, stateAfter, type Passage, type StateMoves } from './passage.ts'
import { rowNamed, upgradesOf } from './store.ts'
import { chained, chainedName } from './upgrade.ts'

/** How many open documents are in a state. */
export interface StateCount {
  readonly version: number
  readonly state: string
  readonly label: string
  readonly count: number
}

/** Open documents of one version in one state. */
export interface OpenState extends StateCount {
  /** Why they would stay there if they were brought to the current version; nothing when they would follow. */
  readonly stays: string | null
}

export interface OpenDocuments {
  /** Version that new documents follow. */
  readonly current: number
  readonly states: readonly OpenState[]
  /** Where a document whose state is gone may be put. */
  readonly targets: readonly Pick<CompiledState, 'name' | 'label'>[]
}

/** What became of a page of documents. */
export interface BroughtOn {
  readonly moved: number
  readonly stayed: readonly (StateCount & { readonly why: string })[]
  /** Where to go on; nothing when every document has been looked at. */
  readonly next: string | null
}

export interface BringOn {
  readonly id: string
  readonly states: StateMoves
  readonly by: string
  /** The `next` of the page before. */
  readonly after?: string | undefined
}

/** Documents looked at in one request: few enough to answer in seconds. */
const PAGE = 100

const named = (flow: CompiledFlow, { version, state, count }: Counted): StateCount => ({
  version,
  state,
  label: flow.states[state]?.label ?? state,
  count: Number(count),
})

/** States that open documents of the published version are in and that the next one would not have. */
export const vanishedStates = async (
  db: Db,
  before: CompiledFlow,
  after: CompiledFlow,
  upgrade: Upgrade,
): Promise<readonly StateCount[]> => {
  const steps = [{ version: after.version, upgrade }]
  const passage: Passage = {
    from: before.version,
    before,
    after,
    carry: { upgrade: chained(steps), renamed: chainedName(steps) },
  }
  if (Object.keys(before.states).every(state => stateAfter(passage, state) !== undefined)) return []
  return (await countOpen(db, after.id, before.version))
    .filter(({ state }) => stateAfter(passage, state) === undefined)
    .map(each => named(before, each))
}

/** Open documents of a flow drawn without code: where they are, and how they are brought to the current version. */
export const createOpenDocuments = ({
  db,
  flows,
  store,
  clock,
}: {
  readonly db: Db
  readonly flows: FlowRegistry
  readonly store: StoredDocuments
  readonly clock: Clock
}) => {
  /** @throws errors.flowNotFound, errors.conflict when it was never published */
  const currentOf = async (id: string): Promise<CompiledFlow> => {
    const { published, draft } = await rowNamed(db, id)
    const current = flows.current(id)
    if (published === null || current?.version !== published)
      throw errors.conflict({
        detail: `« ${draft.label} » n'a pas de version publiée qui puisse se suivre : la publier d'abord.`,
      })
    return current
  }

  const passages = async (after: CompiledFlow) => {
    const upgrades = await upgradesOf(db, after.id)
    const carry = { upgrade: chained(upgrades), renamed: chainedName(upgrades) }
    return async (from: number): Promise<Passage> => {
      await flows.ensure(after.id, from)
      return { from, before: flows.get(after.id, from), after, carry }
    }
  }

  /** @returns why it stays; nothing when it is moved */
  const bring = async (
    { entityId, id, version }: { readonly entityId: string; readonly id: string; readonly version: number },
    passageFrom: (version: number) => Promise<Passage>,
    { states, by }: BringOn,
  ): Promise<{ readonly document: Document; readonly why: string | undefined } | undefined> => {
    const document = await store.load(entityId, id)
    if (!document) return undefined
    const passage = await passageFrom(version)
    const event = passageOf(passage, document, states, by)
    if (typeof event === 'string') return { document, why: event }
    try {
      await store.commit(settle(passage.after, document, event, clock.now()), document.version)
      return { document, why: undefined }
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== errors.documentMoved.code) throw error
      return { document, why: 'Il a changé au même moment : recommencer.' }
    }
  }

  return {
    async list(id: string): Promise<OpenDocuments> {
      const after = await currentOf(id)
      const passageFrom = await passages(after)
      const states: OpenState[] = []
      for (const each of await countOpen(db, id)) {
        const passage = await passageFrom(each.version)
        const isGone = stateAfter(passage, each.state) === undefined
        const stays = each.version !== after.version && isGone ? goneSentence(passage, each.state) : null
        states.push({ ...named(passage.before, each), stays })
      }
      const targets = Object.values(after.states).filter(state => isAtRest(after, state))
      return { current: after.version, states, targets: targets.map(({ name, label }) => ({ name, label })) }
    },

    /**
     * Brings one page of open documents to the current version, each in its own commit, with a line in its journal.
     * @throws errors.badInput when a state asked for is not one where a document rests
     */
    async bringOn(asked: BringOn): Promise<BroughtOn> {
      const after = await currentOf(asked.id)
      const faults = movesFaults(after, asked.states)
      if (faults.length > 0) throw refusal(faults)
      const rows = await olderDocuments(db, {
        flowId: asked.id,
        current: after.version,
        after: asked.after,
        most: PAGE,
      })
      const passageFrom = await passages(after)
      const stayed = new Map<string, BroughtOn['stayed'][number]>()
      let moved = 0
      for (const row of rows) {
        const done = await bring(row, passageFrom, asked)
        if (!done) continue
        if (done.why === undefined) {
          moved += 1
          continue
        }
        const { state } = done.document
        const { label } = named((await passageFrom(row.version)).before, { version: row.version, state, count: '1' })
        const key = JSON.stringify([row.version, state, done.why])
        const count = (stayed.get(key)?.count ?? 0) + 1
        stayed.set(key, { version: row.version, state, label, count, why: done.why })
      }
      if (moved > 0)
        await inTransaction(db, trx =>
          tell(
            trx,
            ROOT,
            { by: asked.by, now: clock.now() },
            'flux.passage',
            `Flux « ${after.label} » (${after.id}) : ${moved} document${moved > 1 ? 's' : ''} en cours passé${moved > 1 ? 's' : ''} à la version ${after.version}.`,
          ),
        )
      const last = rows.at(-1)
      return {
        moved,
        stayed: [...stayed.values()],
        next: rows.length === PAGE && last ? cursorOf(last) : null,
      }
    },
  }
}
