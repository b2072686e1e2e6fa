import { filesHeld, isEmpty, type Choice, type CompiledField, type PieceType } from '#core'
import { pastellDate } from './http/dates.ts'
import { textOf, type PhpValue } from './http/php-values.ts'
import type { Json } from './http/json.ts'
import type { PiecePart } from './names.ts'

const YES = new Set(['true', 'on', '+', 'yes', 'y'])
const NO = new Set(['false', 'off', '-', 'no', 'n', '', '0'])

/** A box as Pastell reads it: its words whatever the case, then what PHP takes for true (pastell-api.md §9). */
export const isTicked = (text: string): boolean => {
  const word = text.trim().toLowerCase()
  return YES.has(word) || !NO.has(word)
}

/** A circuit of a signature book that has types: « Actes / Délibération ». Pastell keeps both apart. */
export const circuitOf = (label: string): { readonly type: string | undefined; readonly subtype: string } => {
  const at = label.indexOf(' / ')
  return at < 0 ? { type: undefined, subtype: label } : { type: label.slice(0, at), subtype: label.slice(at + 3) }
}

/** The list of circuits is one of sub-types; a matter is known by its code. */
export const choiceText = ({ method }: Pick<CompiledField, 'method'>, { value, label }: Choice): string =>
  method === 'classification' ? value : method === 'circuits' ? circuitOf(label).subtype : label

/** The choice that a text names: code, label, or the last part of a label that says its type first. */
export const choiceNamed = (choices: readonly Choice[], text: string): Choice | undefined =>
  choices.find(each => each.value === text) ??
  choices.find(each => each.label === text) ??
  choices.find(each => each.label.endsWith(` / ${text}`)) ??
  choices.find(each => each.value === text.split(' ')[0])

const day = (text: string): string => {
  const [, d, m, y] = /^(\d{2})\/(\d{2})\/(\d{4})$/u.exec(text) ?? []
  return d && m && y ? `${y}-${m}-${d}` : text
}

/**
 * A text of a form as the field holds it; `undefined` empties the field. What cannot be converted is given as it is, and the checks of
 * the hub refuse it with their sentence. Files, choices of a remote and types of pieces are not for this function.
 */
export const fromPastell = (field: CompiledField, text: string): unknown => {
  if (field.kind === 'flag') return isTicked(text)
  const bare = field.kind === 'longText' ? text : text.trim()
  if (bare === '') return undefined
  switch (field.kind) {
    case 'number': {
      const number = Number(bare.replace(',', '.'))
      return Number.isNaN(number) ? bare : number
    }
    case 'date':
      return day(bare)
    case 'rows':
      try {
        return JSON.parse(bare) as unknown
      } catch {
        return bare
      }
    default:
      return bare
  }
}

/** What a form gives for one field: an array of texts is joined, a file is no text. */
export const textIn = (value: PhpValue | undefined): string | undefined => {
  if (!(value instanceof Map)) return textOf(value)
  return [...value.values()].flatMap(each => textOf(each) ?? []).join(',')
}

const piecesText = (part: PiecePart, types: readonly PieceType[]): Json => {
  switch (part) {
    case 'shown':
      return `${types.length} fichier(s) typé(s)`
    case 'acte':
      return types[0]?.value ?? ''
    case 'annexes':
      return JSON.stringify(types.slice(1).map(type => type.value))
    case 'file':
      return ['type_piece.json']
  }
}

/** A value as Pastell stores it: texts, `"1"` or `""` for a box, the names of files. `undefined`: nothing to show. */
export const toPastell = (field: CompiledField, value: unknown, part?: PiecePart): Json | undefined => {
  if (value === false) return ''
  if (isEmpty(value)) return undefined
  switch (field.kind) {
    case 'flag':
      return '1'
    case 'file':
    case 'files':
      return filesHeld(value).map(file => file.name)
    case 'remoteChoice':
      return choiceText(field, value as Choice)
    case 'secret':
      return undefined
    case 'pieceTypes':
      return part ? piecesText(part, value as readonly PieceType[]) : undefined
    case 'rows':
      return JSON.stringify(value)
    default:
      return String(value)
  }
}

/** The file where Pastell keeps the types of the pieces. */
export const typologyFile = (types: readonly PieceType[]): string =>
  JSON.stringify(types.map(({ name, label }) => ({ filename: name, typologie: label })))

/** `02/05/2024`: what `date_in_fr` asks for. */
export const phpDay = (date: Date): string => pastellDate(date).slice(0, 10).split('-').toReversed().join('/')

/** A day or an instant of the wall clock of Paris; `undefined` when it is neither. */
export const fromPhpDate = (text: string): Date | undefined => {
  const [, date, time = '00:00:00'] = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2})?))?$/u.exec(text.trim()) ?? []
  if (date === undefined) return undefined
  const guess = new Date(`${date}T${time}Z`)
  if (Number.isNaN(guess.getTime())) return undefined
  const seen = new Date(`${pastellDate(guess).replace(' ', 'T')}Z`)
  return new Date(guess.getTime() - (seen.getTime() - guess.getTime()))
}
