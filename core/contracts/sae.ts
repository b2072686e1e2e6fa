import type { FileRef } from '../authoring/values.ts'
import type { Sip } from './seda.ts'

export type SaeAcknowledgement =
  | { readonly is: 'pending'; readonly message: string }
  | { readonly is: 'acknowledged'; readonly ack: FileRef; readonly comment?: string | undefined }
  /** The remote has never heard of this transfer. */
  | { readonly is: 'unknown' }
  /** This archive service gives no acknowledgement (Vitam): wait for the reply. */
  | { readonly is: 'notProvided' }

export type SaeReply =
  | { readonly is: 'pending'; readonly message: string }
  | {
      readonly is: 'accepted'
      readonly reply: FileRef
      readonly archiveId?: string | undefined
      readonly comment?: string | undefined
    }
  | { readonly is: 'refused'; readonly reply: FileRef; readonly code: string; readonly comment?: string | undefined }

/** An electronic archiving system. Transfers are known by their own identifier, so a sending can always be looked up. */
export interface Sae {
  /**
   * Called again after a lost answer it looks the transfer up first: a service that acknowledges nothing gives the step no other way
   * to know. `refused`: the service rejected the transfer at once, in these words.
   */
  send(sip: Sip): Promise<{ readonly is: 'sent' } | { readonly is: 'refused'; readonly reason: string }>
  acknowledgement(transfer: Pick<Sip, 'transferId' | 'agency'>): Promise<SaeAcknowledgement>
  reply(transfer: Pick<Sip, 'transferId' | 'agency'>): Promise<SaeReply>
}
