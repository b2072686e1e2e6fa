import type { CompiledFlow, Document, Services } from '#core'
import { recipientsIn, type Recipient } from '../steps/mailsec/index.ts'
import { NEVER } from './http/dates.ts'
import type { Json } from './http/json.ts'

/** What Pastell writes for a message that nobody has read. */
const UNREAD = '1970-01-01 00:00:00'

/** A number that stays that of the recipient: Pastell's clients keep an integer, of 32 bits for some. */
const numberOf = ({ cle }: Recipient): number => Number.parseInt(cle.slice(0, 8), 16) & 0x7fff_ffff

const bit = (held: boolean): number => (held ? 1 : 0)

const infoOf = (documentId: string, recipient: Recipient): Json => ({
  id_de: numberOf(recipient),
  id_d: documentId,
  email: recipient.adresse,
  lu: bit(recipient.luLe !== undefined),
  date_envoie: recipient.envoyeLe ?? NEVER,
  date_lecture: recipient.luLe ?? UNREAD,
  type_destinataire: recipient.role,
  date_renvoi: recipient.relanceLe ?? NEVER,
  nb_renvoi: Math.max(0, recipient.envois - 1),
  reponse: '',
  has_error: bit(recipient.etat === 'erreur'),
  last_error: recipient.erreur ?? '',
  non_recu: bit(recipient.etat === 'non_recu'),
})

const answerOf = (recipient: Recipient, opened: ReadonlySet<string>): Json => ({
  id_de: numberOf(recipient),
  id_d_reponse: recipient.reponse ?? '',
  is_lu: bit(opened.has(recipient.reponse ?? '')),
  date_reponse: recipient.reponduLe ?? NEVER,
  has_date_reponse: 1,
  titre: recipient.titreReponse ?? '',
})

/** Answers whose files somebody here opened: the journal says it. */
const openedAmong = async (
  { db }: Services,
  entityId: string,
  answers: readonly Recipient[],
): Promise<ReadonlySet<string>> => {
  const ids = answers.flatMap(({ reponse }) => reponse ?? [])
  if (ids.length === 0) return new Set()
  const lines = await db('journal')
    .where({ entityId, event: 'consultation' })
    .whereIn('documentId', ids)
    .distinct<{ documentId: string }[]>('documentId')
  return new Set(lines.map(({ documentId }) => documentId))
}

/** Recipients of secure mail and their answers; neither key when there are none (pastell-api.md §8.8). */
export const emailsOf = async (
  services: Services,
  flow: CompiledFlow,
  { id, entityId, data }: Document,
): Promise<{ readonly [key: string]: Json }> => {
  const recipients = flow.steps
    .filter(step => step.definition.id === 'mailsec')
    .flatMap(step => recipientsIn({ destinataires: data[`${step.alias}.destinataires`] }))
  const answers = recipients.filter(each => each.reponduLe !== undefined)
  const opened = await openedAmong(services, entityId, answers)
  return {
    ...(recipients.length === 0 ? {} : { email_info: recipients.map(each => infoOf(id, each)) }),
    ...(answers.length === 0
      ? {}
      : { email_reponse: new Map(answers.map(each => [String(numberOf(each)), answerOf(each, opened)])) }),
  }
}
