import type { fakeTown, TestDocument, TestHub } from '#core/testing'
import { recipientsIn } from '../steps/mailsec/index.ts'

interface Order {
  readonly document: TestDocument
  readonly hub: TestHub
  readonly parapheur: ReturnType<typeof fakeTown>['parapheur']
}

/** Sends the document, which comes back signed. */
export const signed = async ({ document, hub, parapheur }: Order): Promise<void> => {
  await document.submit()
  parapheur.sign()
  await hub.advance('1 min')
}

/** The supplier opens the mail. */
export const read = async ({ document, hub }: Order): Promise<void> => {
  const [supplier] = recipientsIn({ destinataires: document.data['mailsec.destinataires'] })
  await document.signal('mailsec.lecture', { acces: supplier?.acces })
  await hub.settleDown()
}
