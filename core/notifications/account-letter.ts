import { findUserByLogin } from '../access/users.ts'
import type { AccountLetter } from '../authoring/account-change.ts'
import type { Transaction } from '../db/knex.ts'
import type { Document, Entry } from '../engine/model.ts'
import { storableText } from '../journal/storable.ts'

const WHY = {
  noServer: "la plateforme n'a pas de serveur de messagerie",
  noAddress: 'cette entité ne gère aucun compte actif de ce nom qui ait une adresse',
} as const

/** What the journal says of a letter that will not leave: somebody has to be told otherwise. */
export const noLetter = ({ login, subject }: AccountLetter, why: keyof typeof WHY): Entry => ({
  kind: 'message',
  event: 'notification',
  message: `Aucun courriel à « ${login} » (${subject}) : ${WHY[why]}. Prévenez la personne autrement.`,
  by: undefined,
})

/**
 * Writes down a letter to the holder of an account, in the transaction of the move that carries it, in the outbox of notices.
 * @returns the line to add to the journal when the account can receive nothing; `undefined` when the letter will leave
 */
export const recordLetter = async (
  trx: Transaction,
  letter: AccountLetter,
  { entityId, id: documentId, version, flowId, title, updatedAt: at }: Document,
): Promise<Entry | undefined> => {
  const account = await findUserByLogin(trx, letter.login)
  if (account?.entityId !== entityId || !account.enabled || account.program || !account.email)
    return noLetter(letter, 'noAddress')
  await trx('notifications').insert({
    entityId,
    documentId,
    version,
    userId: account.id,
    rhythm: 'personal',
    flowId,
    title: storableText(title),
    stateLabel: storableText(letter.subject),
    message: storableText(letter.text),
    at,
    dueAt: at,
  })
  return undefined
}
