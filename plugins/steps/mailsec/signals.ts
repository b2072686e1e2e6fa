import { localMoment, stay, type FileRef, type Goto, type Stay } from '#core'
import type { Signal, To } from './context.ts'
import { receiptOf } from './receipt-of.ts'
import { allFailed, allRead, bearerOf, changed, recipientsIn, withRecipients } from './recipients.ts'
import { CLOSED, UNKNOWN } from './sentences.ts'

type Heard = Promise<Goto | Stay | string>

/** A recipient opens the message. */
export const heardReading = async (context: Signal, goto: To<'luPartiel' | 'lu'>): Heard => {
  const { data, payload, now } = context
  const bearer = bearerOf(recipientsIn(data), payload['acces'])
  if (!bearer) return UNKNOWN
  if (bearer.etat === 'non_recu') return CLOSED
  if (bearer.luLe !== undefined) return stay(`Ouvert de nouveau par ${bearer.adresse}`)
  const recipients = changed(recipientsIn(data), bearer.cle, each => ({
    ...each,
    luLe: localMoment(now),
    // A page that opens says more than a notice of non-delivery.
    etat: 'lu',
    erreur: undefined,
  }))
  return goto(
    allRead(recipients) ? 'lu' : 'luPartiel',
    { ...withRecipients(recipients), accuse: await receiptOf(context, recipients), lectureMail: 'true' },
    `Lu par ${bearer.adresse}`,
  )
}

/** A recipient answered: the answer is a document already stored. */
export const heardAnswer = async (context: Signal): Heard => {
  const { data, payload, now } = context
  const bearer = bearerOf(recipientsIn(data), payload['acces'])
  if (!bearer) return UNKNOWN
  if (bearer.etat === 'non_recu') return CLOSED
  if (bearer.role !== 'to') return 'seuls les destinataires principaux peuvent répondre'
  if (bearer.luLe === undefined) return 'le message doit être consulté avant de répondre'
  if (bearer.reponduLe !== undefined) return `une réponse a déjà été envoyée le ${bearer.reponduLe}`
  const recipients = changed(recipientsIn(data), bearer.cle, each => ({
    ...each,
    etat: 'repondu',
    reponduLe: localMoment(now),
    reponse: String(payload['created']),
    titreReponse: String(payload['createdTitle']),
  }))
  return stay(`Réponse de ${bearer.adresse}`, {
    ...withRecipients(recipients),
    accuse: await receiptOf(context, recipients),
  })
}

/** A mail came back. */
export const heardReturn = async (context: Signal, goto: To<'erreur'>): Heard => {
  const { data, payload } = context
  const { about, message, remise } = payload
  const bearer = recipientsIn(data).find(each => each.cle === about)
  if (!bearer) return UNKNOWN
  const sentence = String(message)
  const values = {
    retours: [...(data.retours ?? []), ...((payload['files'] as readonly FileRef[] | undefined) ?? [])],
  }
  // A delay is no failure; whoever has read did receive.
  if (remise !== 'echec' || bearer.luLe !== undefined || bearer.etat === 'non_recu') return stay(sentence, values)
  const recipients = changed(recipientsIn(data), bearer.cle, each => ({ ...each, etat: 'erreur', erreur: sentence }))
  const all = { ...withRecipients(recipients), ...values, accuse: await receiptOf(context, recipients) }
  return allFailed(recipients) ? goto('erreur', all, sentence) : stay(sentence, all)
}
