import { ConfigurationError, PermanentError, renderExpression, type DocumentContents } from '#core'

/** One line of the setting « Propriétés des documents ». */
export interface PropertyLine {
  readonly id: string
  readonly datetime: boolean
  /** Several values, separated by commas. */
  readonly many: boolean
  readonly expression: string
}

/** A property as the browser binding takes it: texts, whatever its type. */
export interface Property {
  readonly id: string
  readonly value: string | readonly string[]
}

/** Given by the connector itself. */
const OWN: readonly string[] = ['cmis:name', 'cmis:objectTypeId']

/**
 * `"name":type:expression`, one by line.
 * @throws ConfigurationError that quotes the line
 */
export const propertyLines = (setting: string | undefined): readonly PropertyLine[] =>
  (setting ?? '')
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
    .map(line => {
      const [, id, type, many, expression] = /^"([^"]+)"\s*:\s*(\w+)(\[\])?\s*:(.*)$/u.exec(line) ?? []
      if (id === undefined || type === undefined || expression === undefined)
        throw new ConfigurationError(
          `La ligne « ${line} » des propriétés n'est pas de la forme « "nom":type:expression » : corrigez-la dans les réglages du connecteur.`,
        )
      if (OWN.includes(id))
        throw new ConfigurationError(
          `La propriété « ${id} » est donnée par Passeur : retirez sa ligne des réglages du connecteur (le nom et le type des documents ont leurs propres réglages).`,
        )
      return { id, datetime: type === 'datetime', many: many !== undefined, expression: expression.trim() }
    })

/** A day alone is sent at noon UTC: whoever reads it, in whatever time zone of France, reads that day. */
const instantOf = (value: string): number => {
  const [, day, month, year] = /^(\d{2})\/(\d{2})\/(\d{4})$/u.exec(value) ?? []
  const iso = year === undefined ? value : `${year}-${month}-${day}`
  return Date.parse(/^\d{4}-\d{2}-\d{2}$/u.test(iso) ? `${iso}T12:00:00Z` : iso)
}

const toDatetime = (id: string, value: string): string => {
  const instant = instantOf(value)
  if (Number.isNaN(instant))
    throw new PermanentError(
      `« ${value} » n'est pas une date, et la propriété « ${id} » en attend une : corrigez le champ du dossier, ou l'expression dans les réglages du connecteur.`,
    )
  // Milliseconds since 1970: the form of dates in this binding.
  return String(instant)
}

/** The properties of every file of this document; a line that gives nothing is left out. */
export const propertiesOf = (lines: readonly PropertyLine[], contents: DocumentContents): readonly Property[] =>
  lines.flatMap(({ id, datetime, many, expression }) => {
    const text = renderExpression(expression, contents, 'code')
    const values = (many ? text.split(',') : [text])
      .map(value => value.trim())
      .filter(value => value !== '')
      .map(value => (datetime ? toDatetime(id, value) : value))
    const [first] = values
    return first === undefined ? [] : [{ id, value: many ? values : first }]
  })
