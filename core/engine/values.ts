import type { FieldSpec } from '../authoring/fields.ts'
import type { Choice, FileRef, PieceType } from '../authoring/values.ts'
import { validateShape } from '../authoring/schema.ts'
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

/**
 * What is wrong with a value, in French; `undefined` when it is fine or empty (being required is another question).
 * @param today the legal day, `YYYY-MM-DD`
 */
export const problemOf = (field: FieldSpec, value: unknown, today: string): string | undefined => {
  if (isEmpty(value)) return undefined
  const shape = validateShape(field, value)
  if (shape !== undefined) return shape
  switch (field.kind) {
    case 'text':
    case 'longText':
    case 'url':
    case 'secret':
    case 'mailList':
      return textProblem(field, value as string)
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
    default:
      return String(value)
  }
}
