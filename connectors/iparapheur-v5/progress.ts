import { localDay, type Premis, type PremisEvent } from '#core'

/** Where a folder stands, read from the tasks of its circuit. */
export type Progress =
  | { readonly is: 'draft'; readonly startTask: string }
  | { readonly is: 'pending'; readonly message: string }
  | { readonly is: 'finished'; readonly signedOn: string | undefined }
  | { readonly is: 'rejected'; readonly reason: string }

const ACTIONS: Readonly<Record<string, string>> = {
  START: 'démarrage du circuit',
  VISA: 'visa',
  SIGNATURE: 'signature',
  EXTERNAL_SIGNATURE: 'signature externe',
  SEAL: 'cachet',
  SECURE_MAIL: 'mail sécurisé',
  SECOND_OPINION: 'avis complémentaire',
  ASK_SECOND_OPINION: "demande d'avis complémentaire",
  TRANSFER: 'transfert',
  BYPASS: 'contournement',
  UNDO: 'droit de remords',
  REJECT: 'rejet',
  ARCHIVE: 'fin de circuit',
  DELETE: 'suppression attendue',
}

const SIGNATURES = new Set(['SIGNATURE', 'EXTERNAL_SIGNATURE', 'SEAL'])

const isDone = (event: PremisEvent): boolean => event.at !== ''
const isAwaited = (event: PremisEvent): boolean => event.task !== '' && event.at === ''

/** `+0100` and `+01:00` are both met; only the second is understood everywhere. */
const instant = (text: string): Date | undefined => {
  const date = new Date(text.replace(/([+-]\d\d)(\d\d)$/u, '$1:$2'))
  return Number.isNaN(date.getTime()) ? undefined : date
}

const inParis = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('fr-FR', { timeZone: 'Europe/Paris', ...options })
const moment = inParis({ dateStyle: 'short', timeStyle: 'short' })

const words = ({ type, desk, note }: PremisEvent): string =>
  `${ACTIONS[type] ?? type.toLowerCase()}${desk && ` (${desk})`}${note && ` — ${note}`}`

const said = (event: PremisEvent): string => {
  const when = instant(event.at)
  return `${when ? `${moment.format(when)} : ` : ''}${words(event)}`
}

/** Reading a folder is an event too, but nothing that a sender wants to know. */
const meaningful = (events: readonly PremisEvent[]): readonly PremisEvent[] =>
  events.filter(event => event.type !== 'READ')

/** Says where the folder stands. The task awaited decides: `ARCHIVE` once the circuit is over, `DELETE` once it is rejected. */
export const progressOf = ({ events: all }: Premis): Progress => {
  const events = meaningful(all)
  const done = events.filter(isDone)
  const awaited = events.filter(isAwaited)
  const last = done.at(-1)
  const next = awaited[0]
  if (next?.type === 'START') return { is: 'draft', startTask: next.task }
  if (next?.type === 'ARCHIVE' || (!next && last?.type === 'ARCHIVE')) {
    const signature = done.filter(({ type }) => SIGNATURES.has(type)).at(-1)
    const when = signature && instant(signature.at)
    return { is: 'finished', signedOn: when && localDay(when) }
  }
  if (next?.type === 'DELETE' || (!next && (last?.type === 'REJECT' || last?.type === 'DELETE'))) {
    const rejection = done.filter(({ type }) => type === 'REJECT').at(-1)
    return {
      is: 'rejected',
      reason:
        rejection?.note ||
        `Dossier rejeté dans le parapheur${rejection?.desk ? ` par « ${rejection.desk} »` : ''}, sans motif.`,
    }
  }
  const waiting = awaited.map(words).join(', ')
  return {
    is: 'pending',
    message: [
      last ? said(last) : 'Dossier reçu par le parapheur',
      ...(waiting ? [`en attente : ${waiting}`] : []),
    ].join(' ; '),
  }
}
