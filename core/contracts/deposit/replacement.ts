import { runInNewContext } from 'node:vm'
import { ConfigurationError } from '../../authoring/errors.ts'

/** Milliseconds of the clock, not of work: on a busy machine a plain expression waits its turn. */
const TIME_LIMIT = 2_000

/** Pastell writes its expressions between delimiters, PCRE style: `#[\\/]#i`. */
export const withoutDelimiters = (expression: string): { readonly source: string; readonly flags: string } => {
  const [, source, flags] = /^([#~!@%/])(.*)\1([imsu]*)$/su.exec(expression)?.slice(1) ?? []
  return source === undefined ? { source: expression, flags: '' } : { source, flags: flags ?? '' }
}

const compile = (expression: string): RegExp => {
  const { source, flags } = withoutDelimiters(expression)
  const all = new Set([...flags, 'g', 'u'])
  try {
    return new RegExp(source, [...all].join(''))
  } catch (unicodeError) {
    all.delete('u')
    try {
      // PCRE escapes characters that need none (`\_`), which only the older JavaScript syntax lets pass.
      return new RegExp(source, [...all].join(''))
    } catch {
      throw new ConfigurationError(
        `L'expression régulière « ${expression} » des caractères remplacés n'est pas valide : corrigez-la dans les réglages du connecteur.`,
        { cause: unicodeError },
      )
    }
  }
}

/**
 * Replaces by `-`, in each name, what the administrator's expression matches. The expression runs under a time limit: a badly written one
 * would otherwise hold the whole process for years.
 * @throws ConfigurationError when the expression is not valid or takes too long
 */
export const replaceCharacters = (names: readonly string[], expression: string): readonly string[] => {
  if (expression === '') return names
  const { source, flags } = compile(expression)
  try {
    const replaced: unknown = runInNewContext(
      'const regexp = new RegExp(source, flags); JSON.stringify(JSON.parse(names).map(name => name.replace(regexp, "-")))',
      { source, flags, names: JSON.stringify(names) },
      { timeout: TIME_LIMIT },
    )
    return JSON.parse(String(replaced)) as string[]
  } catch (error) {
    if (!isTimeout(error)) throw error
    throw new ConfigurationError(
      `L'expression régulière « ${expression} » des caractères remplacés est trop coûteuse : simplifiez-la dans les réglages du connecteur.`,
      { cause: error },
    )
  }
}

/** The error may come from the other context, where `Error` is another class. */
const isTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
