/**
 * What prevents the hub from starting: read alone, without a stack, by the person who typed the command. The message is
 * a French sentence: what is wrong, on what, what to do.
 */
export class StartupError extends Error {
  override readonly name = 'StartupError'
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
  }
}
