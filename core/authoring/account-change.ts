/**
 * A change of an account of the hub that the outcome of a task carries: applied in the transaction that moves the document, or refused
 * with it. Only an account that the document's entity manages, and only for a person who may take it in hand.
 */
export interface EmailChange {
  readonly login: string
  /** The new address. */
  readonly email: string
}

/**
 * A letter to the holder of an account, that the outcome of a task carries: written down in the transaction that moves the document, and sent
 * to the address that the account has when it leaves. Only an account that the document's entity manages; the journal of the document says
 * when it left, or why none does.
 */
export interface AccountLetter {
  readonly login: string
  /** A few words, in French. */
  readonly subject: string
  /** What is read, in French: plain text. */
  readonly text: string
}
