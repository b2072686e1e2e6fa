import type { FieldSpec } from '../authoring/fields.ts'
import type { Choice, FileRef, PieceType } from '../authoring/values.ts'
import { DEEPEST_ROW, MOST_ROWS, rowsIn, type RowValue } from '../authoring/rows.ts'
import { validateShape } from '../authoring/schema.ts'
import { mailListFault } from '../contacts/mail-list.ts'
import { isEmpty } from './inputs.ts'

const day = (text: string) => text.split('-').toReversed().join('/')

const textProblem = (field: FieldSpec, value: string): string | undefined => {
  const { pattern, min, max } = field.options
  const length = [...value].length
  if (max !== undefined && length > max) return `« ${field.label} » fait ${length} caractères, le maximum est ${max}.`
  if (min !== undefined && length < min) return `« ${field.label} » fait ${length} caractères, le minimum est ${min}.`
  if (pattern && !new RegExp(pattern.regex, 'u').test(value)) return pattern.message
  return undefined
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  'application/pdf': 'PDF',
  'application/xml': 'XML',
  'text/xml': 'XML',
  'image/png': 'PNG',
  'image/jpeg': 'JPEG',
  'application/zip': 'ZIP',
  'application/json': 'JSON',
  'text/csv': 'CSV',
}
const plainType = (type: string) => EXTENSIONS[type] ?? type

/** Faults of one file: emptiness, real type (recognised from the content), size. */
export const fileProblem = (field: FieldSpec, file: FileRef): string | undefined => {
  const { accept, maxBytes } = field.options
  if (file.size === 0) return `Le fichier « ${file.name} » est vide : déposer le bon fichier.`
  if (accept && !accept.includes(file.type))
    return `Le fichier « ${file.name} » est de type ${plainType(file.type)} d'après son contenu ; « ${field.label} » accepte : ${[...new Set(accept.map(plainType))].join(', ')}.`
  if (maxBytes !== undefined && file.size > maxBytes)
    return `Le fichier « ${file.name} » fait ${Math.ceil(file.size / 1_048_576)} Mo, le maximum est ${Math.floor(maxBytes / 1_048_576)} Mo.`
  return undefined
}

/** What to do about a field that must be filled and is not. */
export const missing = (field: FieldSpec): string =>
  field.kind === 'file' || field.kind === 'files'
    ? `Il manque le fichier « ${field.label} » : le déposer.`
    : field.kind === 'choice' || field.kind === 'remoteChoice'
      ? `« ${field.label} » n'est pas choisi : prendre une valeur dans la liste.`
      : `« ${field.label} » est à renseigner.`

/** What is wrong inside rows. */
export interface RowProblem {
  /** From the field: `0.enfants.2.titre`; empty when it is about all the rows. */
  readonly path: string
  /** « 1.3 », for people; empty likewise. */
  readonly place: string
  readonly message: string
}

const countRows = (rows: readonly RowValue[]): number =>
  rows.reduce((sum, row) => sum + 1 + countRows(rowsIn(row['enfants'])), 0)

/** `valid`: what is there is right, whatever is missing; `complete`: what is required in each row is there too. */
export type Wanted = 'valid' | 'complete'

const levelProblems = (
  field: FieldSpec,
  rows: readonly RowValue[],
  { today, wanted }: { readonly today: string; readonly wanted: Wanted },
  above: { readonly path: string; readonly place: string; readonly level: number },
): readonly RowProblem[] => {
  const { max } = field.options
  if (max !== undefined && rows.length > max)
    return [
      {
        path: above.path.replace(/\.$/u, ''),
        place: above.place.replace(/\.$/u, ''),
        message: `« ${field.label} » compte ${rows.length} lignes, le maximum est ${max}.`,
      },
    ]
  return rows.flatMap((row, index) => {
    const [path, place] = [`${above.path}${index}`, `${above.place}${index + 1}`]
    const own = Object.entries(field.fields ?? {}).flatMap(([name, each]) => {
      const message =
        wanted === 'complete' && each.options.required && isEmpty(row[name] ?? each.options.default)
          ? missing(each)
          : problemOf(each, row[name], today)
      return message === undefined ? [] : [{ path: `${path}.${name}`, place, message }]
    })
    const children = rowsIn(row['enfants'])
    if (!field.nested || children.length === 0) return own
    if (above.level >= DEEPEST_ROW)
      return [...own, { path, place, message: `« ${field.label} » compte plus de ${DEEPEST_ROW} niveaux.` }]
    return [
      ...own,
      ...levelProblems(
        field,
        children,
        { today, wanted },
        {
          path: `${path}.enfants.`,
          place: `${place}.`,
          level: above.level + 1,
        },
      ),
    ]
  })
}

/**
 * Everything wrong in a `rows` value, each at its place.
 * @param today the legal day, `YYYY-MM-DD`
 */
export const rowProblems = (
  field: FieldSpec,
  value: unknown,
  today: string,
  wanted: Wanted = 'complete',
): readonly RowProblem[] => {
  const rows = rowsIn(value)
  if (countRows(rows) > MOST_ROWS)
    return [{ path: '', place: '', message: `« ${field.label} » compte plus de ${MOST_ROWS} lignes.` }]
  const inside = levelProblems(field, rows, { today, wanted }, { path: '', place: '', level: 1 })
  if (inside.length > 0) return inside
  const shape = validateShape(field, value)
  return shape === undefined ? [] : [{ path: '', place: '', message: shape }]
}

/** A fault inside rows, told with its row. */
export const atPlace = (field: FieldSpec, { place, message }: RowProblem): string =>
  place === '' ? message : `« ${field.label} », ligne ${place} : ${message}`

/**
 * What is wrong with a value, in French; `undefined` when it is fine or empty (being required is another question).
 * @param today the legal day, `YYYY-MM-DD`
 */
export const problemOf = (field: FieldSpec, value: unknown, today: string): string | undefined => {
  if (isEmpty(value)) return undefined
  if (field.kind === 'rows') {
    const [first] = rowProblems(field, value, today)
    return first && atPlace(field, first)
  }
  const shape = validateShape(field, value)
  if (shape !== undefined) return shape
  switch (field.kind) {
    case 'text':
    case 'longText':
    case 'url':
    case 'secret':
      return textProblem(field, value as string)
    case 'mailList':
      return textProblem(field, value as string) ?? mailListFault(value as string)
    case 'number': {
      const { min, max } = field.options
      if (min !== undefined && (value as number) < min) return `« ${field.label} » doit être au moins ${min}.`
      return max !== undefined && (value as number) > max ? `« ${field.label} » doit être au plus ${max}.` : undefined
    }
    case 'date':
      return field.options.notAfterToday && (value as string) > today
        ? `« ${field.label} » (${day(value as string)}) est dans le futur : indiquer une date passée ou celle du jour.`
        : undefined
    case 'file':
      return fileProblem(field, value as FileRef)
    case 'files': {
      const files = value as readonly FileRef[]
      const { max } = field.options
      if (max !== undefined && files.length > max)
        return `« ${field.label} » compte ${files.length} fichiers, le maximum est ${max}.`
      return files.map(each => fileProblem(field, each)).find(each => each !== undefined)
    }
    default:
      return undefined
  }
}

/** Value as a person reads it: codes give way to labels, files to their names. */
export const displayOf = (field: FieldSpec, value: unknown): string => {
  if (isEmpty(value)) return ''
  switch (field.kind) {
    case 'flag':
      return value === true ? 'Oui' : 'Non'
    case 'date':
      return day(value as string)
    case 'choice':
      return field.choices?.[value as string] ?? String(value)
    case 'remoteChoice':
      return (value as Choice).label
    case 'pieceTypes':
      return (value as readonly PieceType[]).map(type => `${type.name} : ${type.label}`).join(', ')
    case 'file':
      return (value as FileRef).name
    case 'files':
      return (value as readonly FileRef[]).map(each => each.name).join(', ')
    case 'rows': {
      const [first] = Object.entries(field.fields ?? {})
      return rowsIn(value)
        .map(row => (first ? displayOf(first[1], row[first[0]]) : ''))
        .filter(Boolean)
        .join(', ')
    }
    default:
      return String(value)
  }
}
