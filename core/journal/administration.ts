import type { Clock } from '../authoring/context.ts'
import { tell } from '../connectors/tell.ts'
import type { Db, Transaction } from '../db/knex.ts'
import { inTransaction } from '../db/unit-of-work.ts'
import { ROOT } from '../entities/model.ts'

/** What is said of a change: `entite.creation`, `compte.modification`… and a sentence. */
export interface Administered {
  readonly event: string
  readonly message: string
}

/**
 * Changes entities, accounts or roles and says so in the same commit; `said` gives nothing when nothing changed. The line stands in the journal of the root: that of the entity would keep
 * it from ever being removed, and the trace must outlive it.
 */
export const administer = <T>(
  {
    services: { db, clock },
    caller,
  }: { readonly services: { readonly db: Db; readonly clock: Clock }; readonly caller: { readonly id: string } },
  change: (trx: Transaction) => Promise<T>,
  said: (changed: T) => Administered | undefined,
): Promise<T> =>
  inTransaction(db, async trx => {
    const changed = await change(trx)
    const line = said(changed)
    if (line) await tell(trx, ROOT, { by: caller.id, now: clock.now() }, line.event, line.message)
    return changed
  })

interface Named {
  readonly id: string
  readonly name: string
}
interface Account {
  readonly id: string
  readonly login: string
}
type Change = 'creation' | 'modification' | 'suppression'

const DONE = {
  entite: { creation: 'créée', modification: 'modifiée', suppression: 'supprimée' },
  compte: { creation: 'créé', modification: 'modifié', suppression: 'supprimé' },
} as const

export const saidOfEntity =
  (change: Change) =>
  ({ id, name }: Named): Administered => ({
    event: `entite.${change}`,
    message: `Entité « ${name} » (n° ${id}) ${DONE.entite[change]}.`,
  })

export const saidOfAccount =
  (change: Change) =>
  ({ id, login }: Account): Administered => ({
    event: `compte.${change}`,
    message: `Compte « ${login} » (n° ${id}) ${DONE.compte[change]}.`,
  })
