import { wait, type Reglages } from '#core'
import type { Decision, Task, To } from './context.ts'
import { receiptOf } from './receipt-of.ts'
import { allFailed, allRead, askedAgain, progress, recipientsIn, withRecipients, type Recipient } from './recipients.ts'
import { calendarOf, calendarSentence, delaysOf } from './reminders.ts'
import { ALL_RETURNED } from './sentences.ts'

type Next = 'lu' | 'aRelancer' | 'aClore' | 'erreur'

/** Reminds once, then ends the waiting. */
export const follow = async (context: Task, goto: To<Next>): Decision<Next> => {
  const { data, connectors, settings, now } = context
  const recipients = recipientsIn(data)
  // A reading or a return that arrived while a message was leaving changed the rows and not the state.
  if (allRead(recipients))
    return goto('lu', { accuse: await receiptOf(context, recipients), lectureMail: 'true' }, 'Lu par tous')
  if (allFailed(recipients)) return goto('erreur', {}, ALL_RETURNED)
  if (settings['relances'] === 'non') return wait(`${progress(recipients)}.`)
  const calendar = calendarOf(
    data.envoyeLe ?? now.toISOString(),
    await delaysOf((connectors as { readonly reglages?: Reglages }).reglages),
  )
  const { remindOn, endOn } = calendar
  if (now >= endOn) return goto('aClore', {}, `Sans nouvelle depuis l'envoi : ${progress(recipients)}`)
  if (now >= remindOn && !data.relanceFaite)
    return goto(
      'aRelancer',
      current => ({
        ...withRecipients(askedAgain(recipientsIn(current), new Set())),
        relanceFaite: true,
        etatAvantRenvoi: undefined,
      }),
      'Relance de ceux qui n’ont pas lu',
    )
  return {
    outcome: 'wait',
    message: `${progress(recipients)}. ${calendarSentence(calendar, data.relanceFaite)}.`,
    values: {},
  }
}

const closed = (each: Recipient): Recipient =>
  each.luLe === undefined && each.etat !== 'erreur' ? { ...each, etat: 'non_recu' } : each

/** Closes the links of those who have not read. */
export const close = async (context: Task, goto: To<'nonRecu'>): Decision<'nonRecu'> => {
  const recipients = recipientsIn(context.data).map(closed)
  const accuse = await receiptOf(context, recipients)
  return goto(
    'nonRecu',
    current => ({ ...withRecipients(recipientsIn(current).map(closed)), accuse, lectureMail: 'true' }),
    progress(recipients),
  )
}
