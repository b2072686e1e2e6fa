import { PermanentError } from '../authoring/errors.ts'

/** What is wrong inside a template, and where; `TemplateError` tells it to whoever wrote the template. */
export class Fault extends Error {
  override readonly name = 'Fault'
  /** Offset in the template; `undefined` when the place is not known. */
  readonly at: number | undefined
  constructor(reason: string, at?: number) {
    super(reason)
    this.at = at
  }
}

/** « ligne 2, caractère 7 » */
const placeOf = (source: string, at: number): string => {
  const before = source.slice(0, at).split('\n')
  return `ligne ${before.length}, caractère ${(before.at(-1)?.length ?? 0) + 1}`
}

export const explain = (source: string, fault: Fault): string =>
  fault.at === undefined ? fault.message : `${placeOf(source, fault.at)} : ${fault.message}`

const LONGEST_QUOTE = 200
const quoted = (source: string) => (source.length > LONGEST_QUOTE ? `${source.slice(0, LONGEST_QUOTE)}…` : source)

/**
 * An expression that is badly written, or that cannot be computed for this document. The same document and the same expression
 * fail the same way again, hence a permanent error. The values of the document are not in the message.
 */
export class TemplateError extends PermanentError {
  /** The reason alone, in French. */
  readonly reason: string
  constructor(source: string, fault: Fault, label: string | undefined) {
    const reason = explain(source, fault)
    super(
      `${label === undefined ? '' : `${label} : `}l'expression « ${quoted(source)} » ne peut pas être calculée (${reason.replace(/\.$/u, '')}).`,
      { cause: fault },
    )
    this.reason = reason
  }
}
