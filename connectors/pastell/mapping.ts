import {
  ConfigurationError,
  fieldNamed,
  filesIn,
  renderExpression,
  textOf,
  type DocumentContents,
  type FileRef,
} from '#core'

/** One line of « Correspondance des champs ». */
export interface Line {
  readonly target: string
  readonly expression: string
  /** The field of our document, when the expression is nothing else. */
  readonly source: string | undefined
}

/** A file and the place that it takes in the remote document. */
export interface PlacedFile {
  readonly target: string
  readonly rank: number
  readonly file: FileRef
}

/**
 * `target: expression`, one by line, cut at the first colon.
 * @throws ConfigurationError that quotes the line
 */
export const mappingLines = (setting: string): readonly Line[] => {
  const lines = setting
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
  return lines.map(line => {
    const [, target, expression] = /^([\w-]+)\s*:(.*)$/u.exec(line) ?? []
    if (target === undefined || expression === undefined)
      throw new ConfigurationError(
        `La ligne « ${line} » de la correspondance des champs n'est pas de la forme « champ: valeur » : corrigez-la dans les réglages du connecteur.`,
      )
    return { target, expression: expression.trim(), source: /^%([^%\s]+)%$/u.exec(expression.trim())?.[1] }
  })
}

/**
 * What the remote document receives. A source that is empty, or that this flow does not have, leaves its target as the remote has it:
 * an empty text would erase a default value.
 */
export const planPush = (
  lines: readonly Line[],
  contents: DocumentContents,
): { readonly values: Readonly<Record<string, string>>; readonly files: readonly PlacedFile[] } => {
  const values: Record<string, string> = {}
  const files: PlacedFile[] = []
  for (const { target, expression, source } of lines) {
    const field = source === undefined ? undefined : fieldNamed(contents, source)
    const kind = field === undefined ? undefined : contents.fields[field]?.kind
    if (field !== undefined && (kind === 'file' || kind === 'files')) {
      // Two lines may fill one field: the second goes on where the first ended.
      for (const file of filesIn(contents, field))
        files.push({ target, rank: files.filter(each => each.target === target).length, file })
      continue
    }
    const value = field === undefined ? renderExpression(expression, contents, 'code') : textOf(contents, field, 'code')
    if (value !== '') values[target] = value
  }
  return { values, files }
}
