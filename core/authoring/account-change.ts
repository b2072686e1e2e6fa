/**
 * A change of an account of the hub that the outcome of a task carries: applied in the transaction that moves the document, or refused
 * with it. Only an account that the document's entity manages, and only for a person who may take it in hand.
 */
export interface EmailChange {
  readonly login: string
  /** The new address. */
  readonly email: string
}
