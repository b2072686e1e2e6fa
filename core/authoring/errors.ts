/**
 * What a handler throws when the remote surprises it. The class decides what the engine does, the message is read by an
 * agent: French, what happened, on what, what to do.
 */

/** Will probably work later (network, 5xx, throttling): tried again with growing pauses. */
export class TemporaryError extends Error {
  override readonly name = 'TemporaryError'
  /** The request may have reached the remote before the failure: look before sending again. */
  readonly maybeSent: boolean
  /** Milliseconds that the remote asks us to wait. Filled in from `Retry-After` when the last HTTP answer of the call asked for it. */
  readonly retryAfter: number | undefined
  constructor(
    message: string,
    options: { readonly maybeSent?: boolean; readonly retryAfter?: number | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.maybeSent = options.maybeSent ?? false
    this.retryAfter = options.retryAfter
  }
}

/** Will never work as it is (the remote refuses this very document): the document rests in the error state of the step. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError'
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
  }
}

/** The instance is badly set or its rights are gone: it is suspended, its administrator told once, its documents wait. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
  }
}
