import type { EmailChange } from '../authoring/account-change.ts'
import { PermanentError } from '../authoring/errors.ts'
import type { Transaction } from '../db/knex.ts'
import { Problem } from '../errors.ts'
import { administer } from '../journal/administration.ts'
import { UserModel } from './model.ts'
import { checkMayTake } from './roles.ts'
import { findUserByLogin, updateUser } from './users.ts'

/** Who decided, on which document, when. */
export interface DecidedBy {
  readonly entityId: string
  readonly documentId: string
  readonly by: string | undefined
  readonly now: Date
}

/** Is the refusal one of rights? Whoever changes the address of an account may take it over. */
const mayTake = async (trx: Transaction, by: string, userId: string): Promise<boolean> => {
  try {
    await checkMayTake(trx, { id: by }, userId)
    return true
  } catch (error) {
    if (error instanceof Problem && error.status === 403) return false
    throw error
  }
}

/**
 * Gives an account the address that was asked for, and says so in the journal of the root as any change of an account.
 * @throws PermanentError with the sentence of the refusal: nothing is changed then
 */
export const changeEmail = async (
  trx: Transaction,
  { login, email }: EmailChange,
  { entityId, documentId, by, now }: DecidedBy,
): Promise<void> => {
  const account = await findUserByLogin(trx, login)
  // An account that another entity manages looks like one that does not exist.
  if (account?.entityId !== entityId)
    throw new PermanentError(
      `Aucun compte « ${login} » n'est géré par cette entité : vérifiez l'identifiant, ou refusez la demande.`,
    )
  if (by === undefined || !(await mayTake(trx, by, account.id)))
    throw new PermanentError(
      `Le compte « ${login} » a des droits que la personne qui accepte n'a pas : une personne qui les a tous doit en décider.`,
    )
  // Two requests for one address at once: the second waits here, then sees the first.
  await trx.raw('select pg_advisory_xact_lock(hashtext(?))', [`compte ${email.toLowerCase()}`])
  const other = await UserModel.query(trx)
    .whereRaw('lower(email) = lower(?)', [email])
    .whereNot({ id: account.id })
    .first()
  if (other)
    throw new PermanentError(`L'adresse ${email} est déjà celle d'un autre compte : demandez-en une autre, ou refusez.`)
  await administer(
    { services: { db: trx, clock: { now: () => now } }, caller: { id: by } },
    () => updateUser(trx, account.id, { email }),
    ({ id }) => ({
      event: 'compte.modification',
      message: `Compte « ${account.login} » (n° ${id}) modifié : nouvelle adresse, demande ${documentId} acceptée.`,
    }),
  )
}
