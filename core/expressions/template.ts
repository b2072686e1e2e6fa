import type { DocumentContents, Files } from '../authoring/context.ts'
import { createBudget } from './budget.ts'
import { checkStatements } from './check.ts'
import { evaluate } from './evaluate.ts'
import { execute } from './execute.ts'
import { explain, Fault, TemplateError } from './fault.ts'
import type { Statement } from './nodes.ts'
import { sourcesOf } from './sources.ts'
import { parseTemplate } from './statements.ts'
import { isList, textOfValue } from './values.ts'
import { variablesOf } from './variables.ts'

export interface TemplateOptions {
  /** Where the files of the document are read. */
  readonly files: Pick<Files, 'open'>
  /** Names besides those of the document (`pa_creator_login`, the number of a repeated unit…). They come first. */
  readonly more?: Readonly<Record<string, string | readonly string[]>>
  /** What `'now'` is; without it an expression that asks for today is refused. */
  readonly now?: Date
  /** Said first in an error: « Champ « nature » ». */
  readonly label?: string
}

const read = (source: string): readonly Statement[] => {
  const statements = parseTemplate(source)
  checkStatements(statements)
  return statements
}

/**
 * Is this template well written? Names of fields are not looked at: an instance serves several flows, and an unknown one is empty.
 * @returns a French sentence with the line and the character, or `undefined`
 */
export const checkTemplate = (source: string): string | undefined => {
  try {
    read(source)
    return undefined
  } catch (error) {
    if (error instanceof Fault) return explain(source, error)
    throw error
  }
}

const compute = async <T>(
  source: string,
  contents: DocumentContents,
  { files, more = {}, now, label }: TemplateOptions,
  work: (statements: readonly Statement[], run: Parameters<typeof execute>[0]) => Promise<T>,
): Promise<T> => {
  try {
    const budget = createBudget()
    const environment = { budget, now, sources: sourcesOf(contents, files, budget) }
    return await work(read(source), { scope: variablesOf(contents, more), environment, output: { text: '' } })
  } catch (error) {
    throw error instanceof Fault ? new TemplateError(source, error, label) : error
  }
}

const renderAll = async (statements: readonly Statement[], run: Parameters<typeof execute>[0]): Promise<string> => {
  await execute(run, statements)
  return run.output.text
}

/**
 * Computes a template over a document: `{{ objet|upper }}`, `{% if nature == '3' %}…{% endif %}`, `{{ xpath('pes', '//CodBud/@V') }}`.
 * The language is a sandboxed part of Twig, described in `README.md` beside this file. The result is at most a million characters.
 * @throws TemplateError (a PermanentError) naming the expression, the place and the reason
 */
export const renderTemplate = (source: string, contents: DocumentContents, options: TemplateOptions): Promise<string> =>
  compute(source, contents, options, renderAll)

/**
 * The same, for what may be repeated: a template that is one single `{{ … }}` whose value is a list (`xpath_array`, `jsonpath_array`,
 * a field of several files) gives its texts one by one; any other gives one text.
 * @throws TemplateError
 */
export const evaluateTemplate = (
  source: string,
  contents: DocumentContents,
  options: TemplateOptions,
): Promise<string | readonly string[]> =>
  compute(source.trim(), contents, options, async (statements, run) => {
    const [only] = statements
    if (statements.length !== 1 || only?.is !== 'print') return renderAll(statements, run)
    const value = await evaluate(only.expression, run.scope, run.environment)
    if (isList(value)) return value.map(textOfValue)
    return run.environment.budget.text(textOfValue(value))
  })
