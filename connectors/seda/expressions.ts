import {
  checkTemplate,
  localDay,
  renderExpression,
  renderTemplate,
  type DocumentContents,
  type Files,
  type JournalLine,
} from '#core'

/** Where an expression is computed: for a file of a field, or for an entry of a zip. */
export interface Place {
  /** `#FILE_NUM#`, from 0. */
  readonly rank?: number
  /** `#FILEPATH#`, `#FILENAME#`: from the root of the zip; empty for the root itself. */
  readonly path?: string
  readonly directory?: boolean
}

/** Computes an expression of the settings; empty when it says nothing. */
export type Say = (expression: string | undefined, place?: Place) => Promise<string>

/** `{{ … }}`, `{% … %}`, `{# … #}`: the language of `core/expressions`. Anything else is a text with `%champ%`. */
export const isTemplate = (expression: string): boolean => /\{[{%#]/u.test(expression)

const nameOf = (path: string): string => path.split('/').at(-1) ?? ''

const TAGS = /(\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\})/u
const QUOTED = /('(?:\\[\s\S]|[^'\\])*'|"(?:\\[\s\S]|[^"\\])*")/u

/** Names given by strangers become values, never pieces of a template. */
const inTag = (tag: string, path: string): string =>
  tag
    .split(QUOTED)
    .map((part, index) =>
      index % 2 === 0
        ? part.replaceAll('#FILEPATH#', 'zip_chemin').replaceAll('#FILENAME#', 'zip_nom')
        : part
            .replaceAll('#FILEPATH#', () => path.replace(/[\\'"]/gu, String.raw`\$&`))
            .replaceAll('#FILENAME#', () => nameOf(path).replace(/[\\'"]/gu, String.raw`\$&`)),
    )
    .join('')

/** Whether it is a template is told by what the administrator wrote, before any name of a stranger is in it. */
const withPlace = (expression: string, { rank = 0, path = '', directory = true }: Place): string => {
  const fixed = expression
    .replaceAll('#FILE_NUM#', String(rank))
    .replaceAll('#IS_DIR#', String(directory))
    .replaceAll('#IS_FILE#', String(!directory))
  if (!isTemplate(fixed))
    return fixed
      .replaceAll('#FILEPATH#', () => path.replaceAll('%', '%%'))
      .replaceAll('#FILENAME#', () => nameOf(path).replaceAll('%', '%%'))
  return fixed
    .split(TAGS)
    .map((part, index) =>
      index % 2 === 1
        ? inTag(part, path)
        : part.replaceAll('#FILEPATH#', '{{ zip_chemin }}').replaceAll('#FILENAME#', '{{ zip_nom }}'),
    )
    .join('')
}

/** A fault of an expression that can be seen without a document; `undefined` when there is none. */
export const expressionFault = (expression: string): string | undefined => {
  const source = withPlace(expression, {})
  return isTemplate(expression) ? checkTemplate(source) : undefined
}

const dayIn = (line: JournalLine | undefined): string => (line ? localDay(line.at) : '')

/** Expressions over one document: its fields, and the days of the first and last events of its journal. */
export const sayFor = (
  contents: DocumentContents,
  lines: readonly JournalLine[],
  { files, now }: { readonly files: Pick<Files, 'open'>; readonly now: Date },
): Say => {
  const [first, last] = [dayIn(lines[0]), dayIn(lines.at(-1))]
  const journal = {
    journal_debut: first,
    journal_fin: last,
    date_journal_debut: first,
    date_cloture_journal: last,
    date_cloture_journal_iso8601: lines.at(-1)?.at.toISOString() ?? '',
  }
  return async (expression = '', place = {}) => {
    const source = withPlace(expression, place)
    if (!isTemplate(expression))
      return renderExpression(
        source.replaceAll('%journal.debut%', first).replaceAll('%journal.fin%', last),
        contents,
        'label',
      ).trim()
    const path = place.path ?? ''
    const more = { ...journal, zip_chemin: path, zip_nom: nameOf(path) }
    return (await renderTemplate(source, contents, { files, now, more, label: 'Bordereau SEDA' })).trim()
  }
}
