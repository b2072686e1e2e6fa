import { ConfigurationError } from '../../authoring/errors.ts'
import { TooCostly, underTimeLimit, withoutDelimiters } from '../regular-expressions.ts'

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
 * Replaces by `-`, in each name, what the administrator's expression matches, under a time limit.
 * @throws ConfigurationError when the expression is not valid or takes too long
 */
export const replaceCharacters = (names: readonly string[], expression: string): readonly string[] => {
  if (expression === '') return names
  const { source, flags } = compile(expression)
  try {
    return underTimeLimit(
      'const regexp = new RegExp(source, flags); return names.map(name => name.replace(regexp, "-"))',
      names,
      { source, flags },
    ) as string[]
  } catch (error) {
    if (!(error instanceof TooCostly)) throw error
    throw new ConfigurationError(
      `L'expression régulière « ${expression} » des caractères remplacés est trop coûteuse : simplifiez-la dans les réglages du connecteur.`,
      { cause: error },
    )
  }
}
