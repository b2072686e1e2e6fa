import type { Clock } from '../authoring/context.ts'
import type { DocumentCriteria, DocumentFinder, SelectedDocument } from '../authoring/desk.ts'
import { ConfigurationError } from '../authoring/errors.ts'
import type { Db } from '../db/knex.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import { actionNamed, fieldOf, knownFlow, knownState } from './named.ts'
import { tallyOf } from './tally.ts'
import { nextEntity, walk, type Place, type Walked, type Wanted } from './walk.ts'

/** What an instance may look at: its entity, and those below when asked. */
export type CreateFinder = (entityId: string) => DocumentFinder

const DAY = 86_400_000
/** A count stops there: « more than » is enough for a person, and nothing is linear in the history. */
const MOST_COUNTED = 10_000

const encode = ({ entityId, after }: Place): string => JSON.stringify([entityId, after?.at.toISOString(), after?.id])

const decode = (cursor: string): Place => {
  const [entityId, at, id] = JSON.parse(cursor) as readonly [string, string | undefined, string | undefined]
  return { entityId, after: at && id ? { at: new Date(at), id } : undefined }
}

export const createFinder = ({
  db,
  flows,
  clock,
}: {
  readonly db: Db
  readonly flows: FlowRegistry
  readonly clock: Clock
}): CreateFinder => {
  const wantedOf = (entityId: string, criteria: DocumentCriteria): Wanted => {
    const flow = knownFlow(flows, criteria.flow)
    const passed = 'passedBy' in criteria
    return {
      entityId,
      below: criteria.below,
      flowId: flow.id,
      how: passed ? 'passed' : 'rests',
      state: knownState(flow, passed ? criteria.passedBy : criteria.state),
      excluding: criteria.excluding === undefined ? undefined : knownState(flow, criteria.excluding),
      before: new Date(clock.now().getTime() - criteria.olderThanDays * DAY),
    }
  }

  const found = (flowId: string, row: Walked): SelectedDocument => ({
    entityId: row.entityId,
    id: row.id,
    version: row.version,
    title: row.title,
    state: row.state,
    stateLabel: flows.current(flowId)?.states[row.state]?.label ?? row.state,
    since: row.since,
  })

  return entityId => {
    const find: DocumentFinder['find'] = async (criteria, { after, most = 100 } = {}) => {
      const wanted = wantedOf(entityId, criteria)
      // A cursor is only a place to go on from: the scope is checked again, as it may have changed since.
      const place = after === undefined ? await nextEntity(db, wanted, undefined) : decode(after)
      if (!place) return { items: [], next: undefined, examined: 0 }
      const rows = await walk(db, wanted, place)
      const items: SelectedDocument[] = []
      let examined = 0
      for (const row of rows.page) {
        examined += 1
        if (row.kept) items.push(found(wanted.flowId, row))
        if (items.length === most) break
      }
      const last = rows.page[examined - 1]
      const more = rows.more || examined < rows.page.length
      const next =
        more && last ? { entityId: place.entityId, after: last } : await nextEntity(db, wanted, place.entityId)
      return { items, next: next && encode(next), examined }
    }

    return {
      entityId,
      find,

      async count(criteria) {
        let [count, examined] = [0, 0]
        let after: string | undefined
        do {
          const page = await find(criteria, { after, most: MOST_COUNTED })
          count += page.items.length
          examined += page.examined
          after = page.next
        } while (after !== undefined && examined < MOST_COUNTED)
        return { count, exact: after === undefined }
      },

      async tally({ flow: name, from, to, below }) {
        const flow = knownFlow(flows, name)
        const rows = await tallyOf(db, { entityId, below, flowId: flow.id, from, to })
        return rows.map(row => ({ ...row, stateLabel: flow.states[row.state]?.label ?? row.state }))
      },

      async verify(name, { action, fields }) {
        const flow = knownFlow(flows, name)
        if (action !== undefined && actionNamed(flow, action) === undefined)
          throw new ConfigurationError(
            `L'action « ${action} » n'existe pas dans le flux « ${flow.label} » : corrigez le réglage du connecteur, par exemple « supprimer ».`,
          )
        const unknown = fields.find(field => !fieldOf(flow, field))
        if (unknown !== undefined)
          throw new ConfigurationError(
            `Le champ « ${unknown} » n'existe pas dans le flux « ${flow.label} » : corrigez le réglage du connecteur.`,
          )
      },
    }
  }
}
