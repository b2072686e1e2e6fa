import { ConfigurationError } from '../../authoring/errors.ts'
import { TooCostly, underTimeLimit, withoutDelimiters } from '../regular-expressions.ts'

/** What an expression captured in a name: the whole first, then its groups. */
export type Groups = readonly string[]

/**
 * Tries an expression of the settings on each name, under a time limit.
 * @returns for each name, its groups, or `null` when the expression does not recognise it
 * @throws ConfigurationError when the expression is not valid or takes too long
 */
export const tryOn = (names: readonly string[], expression: string): readonly (Groups | null)[] => {
  const { source, flags } = withoutDelimiters(expression)
  try {
    return underTimeLimit(
      `const make = () => { try { return new RegExp(source, flags + 'u') } catch { return new RegExp(source, flags) } }
       const regexp = make()
       return names.map(name => { const found = regexp.exec(name); return found && [...found].map(group => group ?? '') })`,
      names,
      { source, flags: flags.replace('u', '') },
    ) as (Groups | null)[]
  } catch (error) {
    throw new ConfigurationError(
      `L'expression régulière « ${expression} » des correspondances ${error instanceof TooCostly ? 'est trop coûteuse : simplifiez-la' : "n'est pas valide : corrigez-la"} dans les réglages du connecteur.`,
      { cause: error },
    )
  }
}

/** Makes a text stand for itself inside an expression. */
const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/gu, each => `\\${each}`)

const withGroups = (text: string, groups: readonly Groups[], render: (group: string) => string): string =>
  text.replace(/\$matches\[(\d+)\]\[(\d+)\]/gu, (_, line: string, group: string) =>
    render(groups[Number(line)]?.[Number(group)] ?? ''),
  )

/** `$matches[line][group]` of an expression, by what earlier lines captured, taken literally. */
export const expressionWith = (expression: string, groups: readonly Groups[]): string =>
  withGroups(expression, groups, escaped)

/** `$matches[line][group]` of a value. */
export const valueWith = (value: string, groups: readonly Groups[]): string => withGroups(value, groups, text => text)
