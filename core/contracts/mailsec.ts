import type { DocumentContents } from '../authoring/context.ts'

/** One message to one person: a recipient never sees the others. */
export interface MailAEnvoyer {
  /**
   * Random and stable: the same for every try and every round, found again in what comes back (bounces). 8 to 40 lower-case letters and
   * digits, since mail servers may change the case of an address. It travels in the envelope and relays write it in their logs: it must
   * not be what opens the page.
   */
  readonly key: string
  /** `"Nom" <adresse>` or an address alone. */
  readonly to: string
  /** The page that this recipient opens. */
  readonly link: string
  /** `1` for the first message, `2` for the first reminder…: part of the Message-ID, which must not change from one try to the next. */
  readonly round: number
  /** What the templates of the instance may quote. */
  readonly document: DocumentContents
}

export type MailSending =
  /** The mail server took it in charge: queued, not delivered. */
  | { readonly is: 'sent'; readonly messageId: string }
  /** The server refuses this address for good. */
  | { readonly is: 'refused'; readonly reason: string }

/** Outgoing mail with a link to a page of ours (mail sécurisé). */
export interface Mailsec {
  /**
   * Safe to call again with the same `key` and `round`: same link, same Message-ID; at worst the recipient receives the message twice.
   * @throws TemporaryError (`maybeSent` when the server may have taken the message), PermanentError when the message itself is refused or a
   *   template quotes what the document does not have, ConfigurationError
   */
  send(mail: MailAEnvoyer): Promise<MailSending>
}
