import { parse } from 'csv-parse/sync'
import { isTemplate, type Place, type Say } from './expressions.ts'
import type { Keyword } from './model.ts'

const cellsOf = (text: string, delimiter: string): readonly (readonly string[])[] =>
  parse(text, {
    delimiter,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    escape: '\\',
  })

/** Pastell separates by commas, we by semicolons: what is written outside the expressions says which. */
const delimiterOf = (setting: string): string =>
  setting.replace(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/gu, '').includes(';') ? ';' : ','

/**
 * `contenu;référence;type`, one by line. In a text with `%champ%` each cell is computed on its own; a template is computed whole, so that
 * it may repeat lines. A content that gives nothing gives no keyword.
 */
export const keywordsIn = async (setting: string | undefined, say: Say, place?: Place): Promise<readonly Keyword[]> => {
  const source = setting ?? ''
  const delimiter = delimiterOf(source)
  const computed = isTemplate(source)
    ? cellsOf(await say(source, place), delimiter)
    : await Promise.all(cellsOf(source, delimiter).map(cells => Promise.all(cells.map(cell => say(cell, place)))))
  return computed.flatMap(([content = '', reference = '', type = '']) =>
    content === '' ? [] : [{ content, reference, type }],
  )
}
