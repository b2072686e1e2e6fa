/** The proof was the right one, of an account that is shut. */
export class AccountDisabled extends Error {
  override readonly name = 'AccountDisabled'
}
