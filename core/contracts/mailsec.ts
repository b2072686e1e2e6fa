import type { DocumentContents } from '../authoring/context.ts'

/** One message to one person: a recipient never sees the others. */
export interface MailAEnvoyer {
  /** Random and stable: the same for every try of this message, found again in what comes back (bounces). */
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
  /** Safe to call again with the same `key` and `round`: same link, same Message-ID. */
  send(mail: MailAEnvoyer): Promise<MailSending>
}
