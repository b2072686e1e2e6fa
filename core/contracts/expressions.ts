import { localDay } from '../authoring/days.ts'
import type { DocumentContents } from '../authoring/context.ts'
import { bearersOf, holderAmong } from '../authoring/shared-names.ts'
import { filesHeld, type Choice, type FileRef, type PieceType } from '../authoring/values.ts'
import { splitName } from '../files/names.ts'

/** How a value chosen in a list reads: its code for machines, its label for people. */
export type ChoiceReading = 'code' | 'label'

/** The files of a field, those of its rows included, in order; none when the field holds something else. */
export const filesIn = (contents: DocumentContents, field: string): readonly FileRef[] =>
  contents.fields[field] === undefined ? [] : filesHeld(contents.values[field])

/** What can be said of a document besides its fields. */
const about = (contents: DocumentContents): Readonly<Record<string, string>> => ({
  'document.id': contents.id,
  'document.titre': contents.title,
  'document.date': localDay(contents.createdAt),
  'entite.id': contents.entity.id,
  'entite.nom': contents.entity.name,
  'entite.siren': contents.entity.siren ?? '',
  'flux.id': contents.flow.id,
  'flux.nom': contents.flow.label,
})

/**
 * The full name of the field that an administrator designates, by that name or by its name in Pastell (settings brought over from
 * there keep working). A name given by hand and computed by a step is that of the one that is filled. `undefined` when the flow has no
 * such field, which is normal: an instance serves several flows.
 */
export const fieldNamed = (contents: DocumentContents, name: string): string | undefined =>
  Object.hasOwn(contents.fields, name)
    ? name
    : holderAmong(bearersOf(contents.fields, name), bearer => contents.values[bearer])

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** The value of a field as text: a file by its name without extension, several separated by a comma, a flag as `true`/`false`. */
export const textOf = (contents: DocumentContents, field: string, choices: ChoiceReading): string => {
  const spec = contents.fields[field]
  const value = contents.values[field]
  if (value === undefined || value === null) return ''
  switch (spec?.kind) {
    case 'file':
    case 'files':
      return filesIn(contents, field)
        .map(file => splitName(file.name).base)
        .join(', ')
    case 'choice':
      return choices === 'label' ? (spec.choices?.[plain(value)] ?? plain(value)) : plain(value)
    case 'remoteChoice':
      return choices === 'label' ? (value as Choice).label : (value as Choice).value
    case 'pieceTypes':
      return (value as readonly PieceType[]).map(piece => (choices === 'label' ? piece.label : piece.value)).join(', ')
    default:
      return plain(value)
  }
}

/**
 * Replaces each `%champ%` of an expression by the value of that field (its full name or its name in Pastell), and `%document.titre%`,
 * `%document.id%`, `%document.date%`, `%entite.nom%`, `%entite.siren%`, `%flux.nom%`… by what they say. A field that this flow does
 * not have gives nothing; `%%` gives `%`. Values are never expanded again.
 */
export const renderExpression = (expression: string, contents: DocumentContents, choices: ChoiceReading): string =>
  expression.replace(/%([^%\s]*)%/gu, (_, name: string) => {
    if (name === '') return '%'
    const field = fieldNamed(contents, name)
    return field === undefined ? (about(contents)[name] ?? '') : textOf(contents, field, choices)
  })
