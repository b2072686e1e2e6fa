import { PermanentError } from '#core'
import type { Decision, Task, To } from './context.ts'
import { readLists } from './lists.ts'
import { allFailed, gathered, notDelivered, recipientsIn, withRecipients } from './recipients.ts'
import { sendNext } from './sending.ts'
import { ALL_RETURNED, NOBODY, people, TWO_PASSWORDS } from './sentences.ts'

type Next = 'envoye' | 'erreurEnvoi' | 'erreur'

/** Who will be written to, stored before anybody is: a group that changes meanwhile changes nothing. */
const gather = async (
  { data, document }: Task,
  lists: Pick<Task['data'], 'to' | 'cc' | 'bcc'>,
  asked: string,
  goto: To<Next>,
): Decision<Next> => {
  if (data.motDePasse && data.confirmation && data.motDePasse !== data.confirmation)
    return goto('erreurEnvoi', {}, TWO_PASSWORDS)
  const { listed, faults } = await readLists(lists, list => document.recipients(list))
  const recipients = gathered(recipientsIn(data), listed)
  if (faults.length > 0 || recipients.length === 0)
    return goto('erreurEnvoi', {}, faults.length > 0 ? faults.join(' ') : NOBODY)
  return {
    outcome: 'wait',
    message: `Envoi à ${people(recipients.length)}`,
    values: { ...withRecipients(recipients), listes: asked },
  }
}

/** One message at each call, once the lists are read. */
export const send = async (context: Task, goto: To<Next>): Decision<Next> => {
  const { data, connectors, document, now } = context
  const lists = { to: data.to, cc: data.cc, bcc: data.bcc }
  const asked = JSON.stringify(lists)
  if (data.listes !== asked) return gather(context, lists, asked, goto)
  try {
    const sent = await sendNext({ connector: connectors.mailsec, data, now, document })
    if (sent) return { outcome: 'wait', message: sent.message, values: sent.change }
  } catch (error) {
    if (error instanceof PermanentError) return goto('erreurEnvoi', {}, error.message)
    throw error
  }
  const recipients = recipientsIn(data)
  if (allFailed(recipients)) return goto('erreur', {}, ALL_RETURNED)
  const said = `Envoyé à ${people(data.envoyes)}${notDelivered(recipients)}`
  return goto('envoye', { envoyeLe: now.toISOString(), relanceFaite: false }, said)
}
