import { expressionFault } from './expressions.ts'
import { sedaFields, type SedaSettings, type UnitRow } from './fields.ts'
import { finalActionOf, levelOf } from './levels.ts'

const labelIn = (fields: Readonly<Record<string, { readonly label: string }>>, name: string): string =>
  fields[name]?.label ?? name

/** Expressions that cannot be read, among the texts of a set of settings. */
const unreadable = (
  settings: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, { readonly label: string }>>,
  where: string,
): readonly string[] =>
  Object.entries(settings).flatMap(([name, value]) => {
    const fault = typeof value === 'string' ? expressionFault(value) : undefined
    return fault === undefined ? [] : [`${where}« ${labelIn(fields, name)} » : ${fault}.`.replace(/\.\.$/u, '.')]
  })

const isFixed = (expression: string | undefined): expression is string =>
  expression !== undefined && expression !== '' && !/[{%#]/u.test(expression)

const unknownWords = (
  { niveau, sortFinal }: { readonly niveau?: string | undefined; readonly sortFinal?: string | undefined },
  where: string,
): readonly string[] => [
  ...(isFixed(niveau) && !levelOf(niveau)
    ? [`${where}le niveau de description « ${niveau} » n'existe pas en SEDA.`]
    : []),
  ...(isFixed(sortFinal) && !finalActionOf(sortFinal)
    ? [`${where}le sort final « ${sortFinal} » n'est ni « Conserver » ni « Détruire ».`]
    : []),
]

const rowFaults = (row: UnitRow, place: string): readonly string[] => {
  const where = `Unités d'archives, ligne ${place} : `
  return [
    ...unreadable(row, sedaFields.unites.fields ?? {}, where),
    ...unknownWords(row, where),
    ...(row.genre === 'fichiers' && (row.champ ?? '') === ''
      ? [`${where}indiquez le champ dont les fichiers sont à archiver.`]
      : []),
    ...(row.genre === 'fichiers' && row.enfants.length > 0
      ? [`${where}des fichiers ne contiennent pas d'autres lignes : choisissez « Unité d'archives » ou déplacez-les.`]
      : []),
    ...row.enfants.flatMap((child, index) => rowFaults(child, `${place}.${index + 1}`)),
  ]
}

/** Everything that can be seen in the settings without a document, in French. */
export const settingFaults = (settings: SedaSettings): readonly string[] => [
  ...unreadable(settings, sedaFields, ''),
  ...unknownWords(settings, ''),
  ...settings.unites.flatMap((row, index) => rowFaults(row, String(index + 1))),
]
