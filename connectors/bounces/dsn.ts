/** Delivery status notifications (RFC 3464) and what surrounds them, read from text already decoded. */

/** Headers by lower-case name, unfolded, in order. */
export type Headers = ReadonlyMap<string, readonly string[]>

/** Reads one block of headers; what is not a header is skipped. */
export const readHeaders = (block: string): Headers => {
  const headers = new Map<string, string[]>()
  for (const line of block.replace(/\r?\n[ \t]+/gu, ' ').split(/\r?\n/u)) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase()
    if (!/^[!-9;-~]+$/u.test(name)) continue
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()])
  }
  return headers
}

/** Unknown actions are not invented: they leave the notification without an outcome. */
export type Action = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded'
const ACTIONS: readonly Action[] = ['failed', 'delayed', 'expanded', 'relayed', 'delivered']

export interface Outcome {
  readonly action: Action
  /** Enhanced status (RFC 3463), `5.1.1`; empty when there is none. */
  readonly status: string
  readonly recipient: string
  /** What the refusing server said. */
  readonly diagnostic: string
  /** As written by the server. */
  readonly retryUntil: string | undefined
}

export interface Notification {
  readonly envelopeId: string | undefined
  readonly reportedBy: string
  /** The worst of the recipients: there is only one, unless a server on the way expanded it. */
  readonly outcome: Outcome | undefined
}

/** `rfc822; a@b` → `a@b`. */
const afterType = (value: string | undefined): string => (value ?? '').replace(/^[^;]*;\s*/u, '').trim()

/** `+2B` → `+` (RFC 3461 §4). */
const fromXtext = (value: string): string =>
  value.replace(/\+([0-9A-Fa-f]{2})/gu, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))

const outcomeOf = (headers: Headers): Outcome | undefined => {
  const first = (name: string) => headers.get(name)?.[0]
  const action = ACTIONS.find(
    each =>
      each ===
      first('action')
        ?.toLowerCase()
        .replace(/[\s(].*$/u, ''),
  )
  if (!action) return undefined
  return {
    action,
    status: /\d\.\d{1,3}\.\d{1,3}/u.exec(first('status') ?? '')?.[0] ?? '',
    recipient: afterType(first('original-recipient') ?? first('final-recipient')),
    diagnostic: afterType(first('diagnostic-code')),
    retryUntil: first('will-retry-until'),
  }
}

/** Reads the content of a `message/delivery-status` part: groups of headers between blank lines, the first for the message. */
export const readNotification = (content: string): Notification => {
  const [message = '', ...recipients] = content.trim().split(/\r?\n[ \t]*\r?\n\s*/u)
  const headers = readHeaders(message)
  const outcomes = recipients.map(readHeaders).flatMap(each => outcomeOf(each) ?? [])
  const envelopeId = headers.get('original-envelope-id')?.[0]
  return {
    envelopeId: envelopeId === undefined ? undefined : fromXtext(envelopeId),
    reportedBy: afterType(headers.get('reporting-mta')?.[0]),
    outcome: outcomes.toSorted((a, b) => ACTIONS.indexOf(a.action) - ACTIONS.indexOf(b.action))[0],
  }
}

/** RFC 3463, by the most precise beginning. */
const MEANINGS: readonly (readonly [string, string])[] = [
  ['1.10', "ce domaine n'accepte pas de courriel"],
  ['1.2', "le domaine n'existe pas"],
  ['1.', "l'adresse n'existe pas ou est mal écrite"],
  ['2.1', 'la boîte est désactivée'],
  ['2.2', 'la boîte est pleine'],
  ['2.3', 'le message est trop gros pour cette boîte'],
  ['2.', "la boîte n'accepte pas de message"],
  ['3.', 'le serveur du destinataire est en difficulté'],
  ['4.', "le serveur du destinataire n'est pas joignable"],
  ['7.', 'le serveur du destinataire refuse ce message (filtre ou politique)'],
]

const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 300)

/** What happened, for the journal of a document: one sentence or two. */
export const sentenceOf = (
  { action, status, recipient, diagnostic, retryUntil }: Outcome,
  reportedBy: string,
): string => {
  const who = oneLine(recipient) || 'son destinataire'
  const meaning = MEANINGS.find(([code]) =>
    `${status.slice(2)}.`.startsWith(code.endsWith('.') ? code : `${code}.`),
  )?.[1]
  const why = [meaning, status, diagnostic && `« ${oneLine(diagnostic)} »`].filter(Boolean).join(', ')
  const because = why === '' ? '' : ` : ${why}`
  switch (action) {
    case 'failed':
      return `Le courriel n'a pas été remis à ${who}${because}. Vérifiez l'adresse, puis envoyez à nouveau.`
    case 'delayed':
      return `La remise du courriel à ${who} est retardée${because}. Les serveurs continuent d'essayer${retryUntil ? `, jusqu'à : ${oneLine(retryUntil)}` : ''}.`
    case 'delivered':
      return `Le courriel a été remis à ${who}${reportedBy ? ` (${oneLine(reportedBy)})` : ''}.`
    case 'relayed':
      return `Le courriel a été transmis pour ${who} à un serveur qui n'envoie pas d'avis de remise.`
    case 'expanded':
      return `Le courriel a été transmis aux membres de la liste ${who}.`
  }
}
