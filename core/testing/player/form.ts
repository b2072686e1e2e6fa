import { localDay } from '../../authoring/days.ts'
import { holds } from '../../authoring/conditions.ts'
import type { FieldSpec } from '../../authoring/fields.ts'
import type { FileRef } from '../../authoring/values.ts'
import { defaults, piecesOf } from '../../engine/form.ts'
import { isTaken } from '../../engine/inputs.ts'
import type { CompiledField, CompiledFlow } from '../../engine/model.ts'
import { problemOf } from '../../engine/values.ts'
import type { Materials } from './example.ts'

type Values = Readonly<Record<string, unknown>>

const EXTENSIONS: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'application/xml': 'xml',
  'text/xml': 'xml',
  'application/json': 'json',
  'application/zip': 'zip',
  'text/csv': 'csv',
}

/** Texts that suit most patterns of the trade; the first that suits is taken. */
const TEXTS = [
  'Exemple',
  'EXEMPLE_1',
  '1',
  '2026',
  '12',
  '21340000500011',
  '213400005',
  '18:30',
  '120,50',
  'camille.durand@exemple.fr',
]

const fileFor = async ({ options, label }: FieldSpec, { save }: Materials): Promise<FileRef> => {
  const type = options.accept?.[0] ?? 'application/pdf'
  const file = await save(`%PDF-1.4 ${label}`, `exemple.${EXTENSIONS[type] ?? 'dat'}`)
  return { ...file, type }
}

/** A value that suits the field, or nothing when none can be guessed. */
const valueFor = async (field: FieldSpec, materials: Materials): Promise<unknown> => {
  const today = localDay(materials.now())
  switch (field.kind) {
    case 'flag':
      return true
    case 'number':
      return field.options.min ?? 1
    case 'date':
      return today
    case 'url':
      return 'https://exemple.fr/'
    case 'choice':
      return Object.keys(field.choices ?? {})[0]
    case 'remoteChoice':
      return { value: 'exemple', label: 'Exemple' }
    case 'mailList':
      return 'camille.durand@exemple.fr, sacha.petit@exemple.fr'
    case 'file':
      return fileFor(field, materials)
    case 'files':
      return [await fileFor(field, materials)]
    case 'rows': {
      const row: Record<string, unknown> = {}
      for (const [name, each] of Object.entries(field.fields ?? {}))
        if (each.options.required) row[name] = await valueFor(each, materials)
      return [row]
    }
    case 'text':
    case 'longText':
    case 'secret':
      return TEXTS.find(each => problemOf(field, each, today) === undefined)
    case 'secretFile':
    case 'pieceTypes':
      return undefined
  }
}

const isAskedIn = (flow: CompiledFlow, field: CompiledField, values: Values): boolean => {
  const step = flow.steps.find(each => each.alias === field.step)
  return (!step || isTaken(step, values)) && (!field.when || holds(field.when, values))
}

/**
 * A form ready to leave: what is given, then boxes ticked, then what is required of the steps that the boxes select.
 * @param given by full name; `undefined` leaves a field empty
 */
export const filledIn = async (flow: CompiledFlow, given: Values, materials: Materials): Promise<Values> => {
  const values: Record<string, unknown> = { ...defaults(flow, materials.now()), ...given }
  const fields = Object.values(flow.fields).filter(field => !field.options.computed && !(field.name in given))
  for (const { name, kind } of fields) if (kind === 'flag') values[name] = true
  for (const field of fields)
    if (field.options.required && values[field.name] === undefined && isAskedIn(flow, field, values))
      values[field.name] = await valueFor(field, materials)
  for (const field of fields)
    if (field.kind === 'pieceTypes' && isAskedIn(flow, field, values))
      values[field.name] = piecesOf(flow, field, values).map(({ sha256, name }) => ({
        ...{ sha256, name },
        ...{ value: Object.keys(field.choices ?? {})[0] ?? '99_DE', label: 'Exemple' },
      }))
  return values
}
