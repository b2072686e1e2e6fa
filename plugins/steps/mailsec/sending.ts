import { localMoment, TemporaryError, type DocumentContents, type Mailsec } from '#core'
import { changed, digestsOf, isWaiting, recipientsIn, withRecipients, type Recipient } from './recipients.ts'

export const PAGE = 'mail'

/** How many servers may put off before the whole sending waits: they must not hold up everybody, nor be called one after the other. */
const PATIENCE = 3

interface Sender {
  readonly connector: Mailsec
  readonly data: Readonly<Record<string, unknown>>
  readonly now: Date
  readonly document: {
    contents(): Promise<DocumentContents>
    publicLink(page: string, name: string): { readonly address: string; readonly digest: string }
  }
}

/** One message left, or was refused for good: what changes of the document as it then is, and the sentence. */
export interface Sent {
  readonly message: string
  readonly left: number
  change(data: Readonly<Record<string, unknown>>): ReturnType<typeof withRecipients>
}

/** Each try begins with another one: somebody whose server puts off for days does not hold up those who follow. */
const turned = (waiting: readonly Recipient[], now: Date): readonly Recipient[] => {
  const first = Math.floor(now.getTime() / 1000) % waiting.length
  return [...waiting.slice(first), ...waiting.slice(0, first)]
}

const whole = ({ nom, adresse }: Recipient): string =>
  nom === undefined ? adresse : `"${nom.replaceAll(/["\\\p{Cc}]/gu, ' ')}" <${adresse}>`

const sentTo = (recipient: Recipient, digest: string, now: Date): Recipient => ({
  ...recipient,
  etat: recipient.etat === 'attente' ? 'envoye' : recipient.etat,
  envois: recipient.tour,
  ...(recipient.envoyeLe === undefined ? { envoyeLe: localMoment(now) } : { relanceLe: localMoment(now) }),
  acces: [...new Set([...digestsOf(recipient), digest])].join(' '),
})

/**
 * Sends one message, so that each is stored before the next leaves: a cut sends again at most the one that was leaving, under the same
 * number.
 * @returns `undefined` when nobody waits any more
 * @throws what the connector throws; TemporaryError when several servers in a row put off
 */
export const sendNext = async ({ connector, data, now, document }: Sender): Promise<Sent | undefined> => {
  const waiting = recipientsIn(data).filter(isWaiting)
  if (waiting.length === 0) return undefined
  const contents = await document.contents()
  let delay: TemporaryError | undefined
  for (const recipient of turned(waiting, now).slice(0, PATIENCE))
    try {
      const { address, digest } = document.publicLink(PAGE, recipient.cle)
      const sending = await connector.send({
        key: recipient.cle,
        to: whole(recipient),
        link: address,
        round: recipient.tour,
        document: contents,
      })
      const change = (each: Recipient): Recipient =>
        sending.is === 'sent'
          ? sentTo(each, digest, now)
          : { ...each, etat: 'erreur', erreur: sending.reason, envois: each.tour }
      return {
        message:
          sending.is === 'sent'
            ? `Courriel envoyé à ${recipient.adresse}`
            : `Courriel refusé pour ${recipient.adresse} : ${sending.reason}`,
        left: waiting.length - 1,
        change: current => withRecipients(changed(recipientsIn(current), recipient.cle, change)),
      }
    } catch (error) {
      if (!(error instanceof TemporaryError)) throw error
      delay = error
    }
  throw delay ?? new TemporaryError("Aucun courriel n'a pu partir : nouvel essai plus tard.")
}
