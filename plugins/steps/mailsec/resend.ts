import { PermanentError, type GuardContext } from '#core'
import type { Decision, Task, To } from './context.ts'
import type { fields, inputs } from './fields.ts'
import { namedAgain } from './lists.ts'
import { askedAgain, recipientsIn, withRecipients } from './recipients.ts'
import { sendNext } from './sending.ts'

type Asked = Pick<GuardContext<typeof inputs, typeof fields>, 'data'>

/** Only those who are recipients may be written to again. */
export const mayResend = ({ data }: Asked): true | string => {
  const named = namedAgain(data.renvoyerA)
  if (typeof named === 'string') return named
  const known = new Set(recipientsIn(data).map(each => each.adresse.toLowerCase()))
  const stranger = [...named].find(each => !known.has(each))
  return stranger === undefined || `« ${stranger} » n'est pas destinataire de ce message`
}

/** Asks for one more message, to some or to those who have not read. */
export const askAgain = async ({ data }: Task, goto: To<'aRelancer'>): Decision<'aRelancer'> => {
  const only = namedAgain(data.renvoyerA)
  // The guard has refused it already: nobody else may be written to instead.
  if (typeof only === 'string') throw new PermanentError(only)
  const before = recipientsIn(data).some(each => each.luLe !== undefined) ? 'luPartiel' : 'envoye'
  return goto(
    'aRelancer',
    current => ({
      ...withRecipients(askedAgain(recipientsIn(current), only)),
      etatAvantRenvoi: only.size === 0 ? undefined : before,
      renvoyerA: undefined,
    }),
    only.size === 0 ? 'Renvoi à ceux qui n’ont pas lu' : `Renvoi à ${[...only].join(', ')}`,
  )
}

/** One message at each call. */
export const resend = async (
  { data, connectors, document, now }: Task,
  goto: To<'renvoye' | 'envoye' | 'luPartiel'>,
): Decision<'renvoye' | 'envoye' | 'luPartiel'> => {
  const sent = await sendNext({ connector: connectors.mailsec, data, now, document })
  if (sent) return { outcome: 'wait', message: sent.message, values: sent.change }
  // Sent again to one person: for the others nothing changed.
  if (data.etatAvantRenvoi === 'envoye') return goto('envoye', {}, 'Renvoyé')
  if (data.etatAvantRenvoi === 'luPartiel') return goto('luPartiel', {}, 'Renvoyé')
  return goto('renvoye', {}, 'Renvoyé à ceux qui n’ont pas lu')
}
