import type { DocumentContents } from '../authoring/context.ts'
import { localDay } from '../authoring/days.ts'
import type { Choice, PieceType } from '../authoring/values.ts'
import { fieldNamed, filesIn, textOf } from '../contracts/expressions.ts'
import type { Value } from './values.ts'

/** The raw value of a field: a code for a choice, a name for a file, a list of names for several. */
const rawValue = (contents: DocumentContents, name: string): Value => {
  const value = contents.values[name]
  if (value === undefined || value === null) return undefined
  switch (contents.fields[name]?.kind) {
    case 'secret':
    case 'secretFile':
      return undefined
    case 'file':
      return filesIn(contents, name)[0]?.name
    case 'files':
      return filesIn(contents, name).map(file => file.name)
    case 'remoteChoice':
      return (value as Choice).value
    case 'pieceTypes':
      return (value as readonly PieceType[]).map(piece => piece.value)
    case 'number':
      return value as number
    case 'flag':
      return value === true
    default:
      return typeof value === 'string' ? value : textOf(contents, name, 'code')
  }
}

/** What Pastell says of a document besides its fields. */
const about = ({ id, title, createdAt, entity, flow }: DocumentContents): readonly (readonly [string, Value])[] => [
  ['pa_document_id_d', id],
  ['pa_document_titre', title],
  ['pa_document_creation_date', localDay(createdAt)],
  ['pa_entity_id_e', entity.id],
  ['pa_entity_name', entity.name],
  ['pa_entity_siren', entity.siren ?? ''],
  ['pa_flow_id', flow.id],
  ['pa_flow_name', flow.label],
]

/**
 * The names that a template sees, in order of priority: what the caller adds, the fields (their full names; those of a step as
 * `tdtActes.numero`), their names in Pastell, then `pa_…`. What nobody defined is empty.
 */
export const variablesOf = (
  contents: DocumentContents,
  more: Readonly<Record<string, string | readonly string[]>>,
): Map<string, Value> => {
  const scope = new Map<string, Value>(about(contents))
  const steps = new Map<string, Map<string, Value>>()
  for (const [name, { options }] of Object.entries(contents.fields))
    if (options.pastell !== undefined && fieldNamed(contents, options.pastell) === name)
      scope.set(options.pastell, rawValue(contents, name))
  for (const name of Object.keys(contents.fields)) {
    const [step = '', field] = name.split('.')
    if (field === undefined) scope.set(name, rawValue(contents, name))
    else steps.set(step, (steps.get(step) ?? new Map<string, Value>()).set(field, rawValue(contents, name)))
  }
  for (const [step, fields] of steps) scope.set(step, fields)
  for (const [name, value] of Object.entries(more)) scope.set(name, value)
  return scope
}
