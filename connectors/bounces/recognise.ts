import { type Headers, type Notification, type Outcome } from './dsn.ts'

/** What was read of a message, before deciding whether it concerns us. */
export interface Letter {
  readonly headers: Headers
  /** The `message/delivery-status` part, when there is one. */
  readonly notification: Notification | undefined
  /** Headers of the message that is returned, when it is. */
  readonly returned: Headers | undefined
  /** Beginning of the text, for the servers that return the message in it. */
  readonly text: string
}

export interface Recognised {
  /** Keys it may be about, the surest first. */
  readonly keys: readonly string[]
  readonly outcome: Outcome
  readonly reportedBy: string
}

/** Those of the hub, and those of Pastell (MD5). */
const KEY = /^[A-Za-z0-9_-]{8,40}$/u
const DESTINATIONS = ['to', 'delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to']

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&')

/** `retours+clé@ville.fr` among the addresses that the message came to. */
const verpKeys = (headers: Headers, returnPath: string): readonly string[] => {
  const at = returnPath.lastIndexOf('@')
  const pattern = new RegExp(
    `${escaped(returnPath.slice(0, at))}\\+([A-Za-z0-9_-]+)${escaped(returnPath.slice(at))}`,
    'giu',
  )
  return DESTINATIONS.flatMap(name => headers.get(name) ?? []).flatMap(value =>
    [...value.matchAll(pattern)].map(match => match[1] ?? ''),
  )
}

const from = (headers: Headers): string => (headers.get('from') ?? []).join(' ')

/** A server speaks, and not a person or an answering machine: an absence must never pass for a bounce. */
const isFromServer = (headers: Headers): boolean =>
  /\b(?:mailer-daemon|postmaster|mail delivery (?:sub)?system)\b/iu.test(from(headers)) &&
  !['x-autoreply', 'x-autorespond', 'x-vacation'].some(name => headers.has(name)) &&
  !(headers.get('subject') ?? []).some(subject =>
    /^(?:out of office|automatic reply|r[ée]ponse automatique|absen)/iu.test(subject),
  )

const UNTOLD: Outcome = { action: 'failed', status: '', recipient: '', diagnostic: '', retryUntil: undefined }

/** The address that an old server names in its text, when it names only one. */
const namedIn = (text: string): string => {
  const named = new Set(text.match(/(?<=^\s*<)[^\s<>@]+@[^\s<>@]+(?=>:?)/gmu) ?? [])
  const [only] = named
  return named.size === 1 && only !== undefined ? only : ''
}

/**
 * What a message says of one of ours; `undefined` for any other mail, out-of-office replies and receipts of reading included.
 * @param header name of the header that carries the key
 */
export const recognise = (
  { headers, notification, returned, text }: Letter,
  { header, returnPath }: { readonly header: string; readonly returnPath: string },
): Recognised | undefined => {
  const outcome = notification
    ? notification.outcome
    : isFromServer(headers)
      ? { ...UNTOLD, recipient: namedIn(text) }
      : undefined
  if (!outcome) return undefined
  const written = new RegExp(`^[>\\s]*${escaped(header)}:\\s*(\\S+)\\s*$`, 'gimu')
  const keys = [
    ...(returned?.get(header.toLowerCase()) ?? []),
    notification?.envelopeId ?? '',
    ...[...text.matchAll(written)].map(match => match[1] ?? ''),
    ...verpKeys(headers, returnPath),
  ].filter(key => KEY.test(key))
  return keys.length === 0
    ? undefined
    : { keys: [...new Set(keys)], outcome, reportedBy: notification?.reportedBy ?? '' }
}
