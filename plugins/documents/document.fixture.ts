import type { fakeTown, TestDocument, TestHub } from '#core/testing'
import { recipientsIn } from '../steps/mailsec/index.ts'

interface Mailed {
  readonly document: TestDocument
  readonly hub: TestHub
  readonly parapheur: ReturnType<typeof fakeTown>['parapheur']
}

/** Sends the document, which comes back signed. */
export const signed = async ({ document, hub, parapheur }: Mailed): Promise<void> => {
  await document.submit()
  parapheur.sign()
  await hub.advance('1 min')
}

/** Recipients open the mail: all of them, or the first ones. */
export const read = async ({ document, hub }: Mailed, most = Number.POSITIVE_INFINITY): Promise<void> => {
  for (const { acces } of recipientsIn({ destinataires: document.data['mailsec.destinataires'] }).slice(0, most))
    await document.signal('mailsec.lecture', { acces })
  await hub.settleDown()
}
