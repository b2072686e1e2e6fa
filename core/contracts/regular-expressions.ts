import { runInNewContext } from 'node:vm'

/** Milliseconds of the clock, not of work: on a busy machine a plain expression waits its turn. */
const TIME_LIMIT = 2_000

/** Pastell writes its expressions between delimiters, PCRE style: `#[\\/]#i`. */
export const withoutDelimiters = (expression: string): { readonly source: string; readonly flags: string } => {
  const [, source, flags] = /^([#~!@%/])(.*)\1([imsu]*)$/su.exec(expression)?.slice(1) ?? []
  return source === undefined ? { source: expression, flags: '' } : { source, flags: flags ?? '' }
}

/** The expression of an administrator took too long. */
export class TooCostly extends Error {
  override readonly name = 'TooCostly'
}

/**
 * Runs code that tries an administrator's expression, under a time limit: a badly written one would otherwise hold the whole process for
 * years.
 * @param code reads `names` (an array of texts), `source` and `flags`; its value is the answer, a JSON one
 * @throws TooCostly; the SyntaxError of an expression that the code could not make
 */
export const underTimeLimit = (
  code: string,
  names: readonly string[],
  { source, flags }: { readonly source: string; readonly flags: string },
): unknown => {
  try {
    const answer: unknown = runInNewContext(
      `const names = JSON.parse(given); JSON.stringify((() => { ${code} })())`,
      { source, flags, given: JSON.stringify(names) },
      { timeout: TIME_LIMIT },
    )
    return JSON.parse(String(answer))
  } catch (error) {
    throw isTimeout(error) ? new TooCostly('the expression took too long', { cause: error }) : error
  }
}

/** The error may come from the other context, where `Error` is another class. */
const isTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
