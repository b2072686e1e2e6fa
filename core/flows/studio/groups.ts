import type { Clock } from '../../authoring/context.ts'
import type { Db } from '../../db/knex.ts'
import { errors } from '../../errors.ts'
import { groupFaults } from './check.ts'
import type { StudioFlow } from './format.ts'
import { isGroup } from './resolve.ts'
import { groupRows, studioRows, type GroupRow } from './store.ts'

/** Groups of fields kept once for the platform. What is published has them written out: changing one changes the drafts alone. */
export interface Groups {
  list(): Promise<readonly GroupRow[]>
  /** Creates it, or replaces it. @throws errors.badInput with each fault at its place */
  save(id: string, contents: unknown, by: string): Promise<GroupRow>
  /** @throws errors.conflict while a draft uses it, errors.groupNotFound */
  remove(id: string): Promise<void>
}

const assertGroup = (value: unknown): void => {
  const faults = groupFaults(value)
  if (faults.length > 0)
    throw errors.badInput({ fields: faults.map(({ at, message }) => ({ field: at, code: 'groupe', message })) })
}

const uses = (flow: StudioFlow, group: string): boolean =>
  !(flow.groups && Object.hasOwn(flow.groups, group)) &&
  Object.values(flow.fields).some(field => isGroup(field) && field.group === group)

export const createGroups = ({ db, clock }: { readonly db: Db; readonly clock: Clock }): Groups => ({
  list: () => groupRows(db),

  async save(id, contents, by) {
    assertGroup(contents)
    const [saved] = await db('studio_groups')
      .insert({ id, contents: JSON.stringify(contents), updatedAt: clock.now(), updatedBy: by })
      .onConflict('id')
      .merge({
        contents: JSON.stringify(contents),
        revision: db.raw('studio_groups.revision + 1'),
        updatedAt: clock.now(),
        updatedBy: by,
      })
      .returning<GroupRow[]>(['id', 'contents', 'revision'])
    if (!saved) throw errors.groupNotFound()
    return saved
  },

  async remove(id) {
    const users = (await studioRows(db)).filter(({ draft }) => uses(draft, id))
    if (users.length > 0)
      throw errors.conflict({
        detail: `Le groupe « ${id} » sert dans ${users.map(({ draft }) => `« ${draft.label} »`).join(', ')} : l'en retirer d'abord.`,
      })
    if ((await db('studio_groups').where({ id }).delete()) === 0) throw errors.groupNotFound()
  },
})
