import { checkTemplate, ConfigurationError } from '#core'

/** Field → expression, in the order of the settings. */
export type Definition = readonly (readonly [field: string, expression: string])[]

const MOST_FIELDS = 500

const wrong = (why: string, cause?: unknown) =>
  new ConfigurationError(
    `La définition de la transformation ne peut pas être utilisée : ${why}. Corrigez-la dans les réglages du connecteur.`,
    { cause },
  )

const parsed = (source: string): unknown => {
  try {
    return JSON.parse(source)
  } catch (cause) {
    throw wrong(
      `ce n'est pas du JSON (${cause instanceof Error ? cause.message : 'illisible'}) ; la forme attendue est {"champ": "expression", …}`,
      cause,
    )
  }
}

/**
 * Reads the JSON of the settings and checks every expression.
 * @throws ConfigurationError naming every fault, field by field
 */
export const readDefinition = (source: string): Definition => {
  const value = parsed(source)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong('la forme attendue est {"champ": "expression", …}')
  const entries = Object.entries(value)
  if (entries.length === 0) throw wrong('elle ne calcule aucun champ')
  if (entries.length > MOST_FIELDS) throw wrong(`elle calcule plus de ${MOST_FIELDS} champs`)
  const faults: string[] = []
  const definition = entries.map(([field, expression]: [string, unknown]): readonly [string, string] => {
    const text = typeof expression === 'string' ? expression : JSON.stringify(expression)
    const fault =
      typeof expression === 'object' ? "l'expression doit être un texte entre guillemets" : checkTemplate(text)
    if (fault !== undefined) faults.push(`champ « ${field} », ${fault}`)
    return [field, text]
  })
  if (faults.length > 0) throw wrong(faults.join(' ; '))
  return definition
}
