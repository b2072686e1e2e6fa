import type { Clock } from '../../authoring/context.ts'
import type { Db, Transaction } from '../../db/knex.ts'
import { inTransaction } from '../../db/unit-of-work.ts'
import { errors } from '../../errors.ts'
import type { FlowRegistry } from '../registry.ts'
import { isNameTaken } from '../versions.ts'
import { assertFlow, refusal, type Editing } from './model.ts'
import { lockedRow, rowNamed, studioRow } from './store.ts'

/** Drafts: kept as they are written, faulty or not; they only have to be flows by the published schema. */
export const createDrafts = ({
  db,
  flows,
  clock,
}: {
  readonly db: Db
  readonly flows: Pick<FlowRegistry, 'isCode'>
  readonly clock: Clock
}) => {
  /** Ids are looked up without regard to who published them: documents of both would be mixed. */
  const assertFree = async (trx: Transaction, id: string): Promise<void> => {
    if (flows.isCode(id) || (await isNameTaken(trx, id)) || (await studioRow(trx, id)))
      throw errors.conflict({ detail: `L'identifiant « ${id} » est déjà celui d'un flux : en choisir un autre.` })
  }

  return {
    /** @returns its identifier */
    async create(value: unknown, by: string | undefined): Promise<string> {
      const flow = assertFlow(value)
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
      return flow.id
    },

    async edit({ flow: value, ...editing }: Editing & { readonly flow: unknown }): Promise<void> {
      const flow = assertFlow(value)
      if (flow.id !== editing.id)
        throw refusal([{ at: '/id', message: `L'identifiant d'un flux ne change pas : c'est « ${editing.id} ».` }])
      await inTransaction(db, async trx => {
        const { revision } = await lockedRow(trx, editing)
        await trx('studio_flows')
          .where({ id: editing.id })
          .update({
            draft: JSON.stringify(flow),
            revision: revision + 1,
            updatedAt: clock.now(),
            updatedBy: editing.by ?? null,
          })
      })
    },

    /** Only what was never published: documents follow the rest. */
    async remove(id: string): Promise<void> {
      const found = await rowNamed(db, id)
      if (found.published !== null)
        throw errors.conflict({
          detail: `« ${found.draft.label} » a été publié et des documents le suivent : le retirer plutôt que le supprimer.`,
        })
      await db('studio_flows').where({ id, published: null }).delete()
    },
  }
}
