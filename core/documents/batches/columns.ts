import type { CompiledField, CompiledFlow } from '../../engine/model.ts'
import { fieldOf } from '../named.ts'

/** A column of a CSV and the field it fills. */
export interface Column {
  readonly at: number
  readonly header: string
  readonly field: CompiledField
}

export interface Columns {
  readonly columns: readonly Column[]
  /** A sentence for each column that fills nothing. */
  readonly remarks: readonly string[]
}

const plain = (text: string): string => text.normalize('NFC').trim().replace(/\s+/gu, ' ').toLocaleLowerCase('fr')

const CLOSED: readonly CompiledField['kind'][] = ['secret', 'secretFile', 'rows', 'pieceTypes']

/** May a column fill this field? */
const isOpen = ({ kind, options }: CompiledField): boolean => !options.computed && !CLOSED.includes(kind)

const named = (flow: CompiledFlow, header: string): readonly CompiledField[] => {
  const found = fieldOf(flow, header)
  if (found) return [found]
  return Object.values(flow.fields).filter(field => plain(field.label) === plain(header) && isOpen(field))
}

/** The field that a column names: by its full name, its name in Pastell, or its label. A sentence when there is not one and one only. */
export const fieldNamed = (flow: CompiledFlow, header: string): CompiledField | string => {
  const [field, ...others] = named(flow, header)
  if (!field) return `« ${header} » n'est pas un champ de « ${flow.label} ».`
  if (others.length > 0) {
    const names = [field, ...others].map(({ name }) => `« ${name} »`).join(' ou ')
    return `« ${header} » désigne plusieurs champs : écrivez ${names}.`
  }
  if (isOpen(field)) return field
  return field.options.computed
    ? `« ${field.label} » est rempli par Passeur.`
    : `« ${field.label} » ne se remplit pas depuis un fichier : complétez-le dans chaque document.`
}

/** @param header cells of the first line */
export const columnsOf = (flow: CompiledFlow, header: readonly string[]): Columns => {
  const columns: Column[] = []
  const remarks: string[] = []
  const ignore = (text: string, why: string) => remarks.push(`Colonne « ${text} » laissée de côté : ${why}`)
  for (const [at, text] of header.entries()) {
    if (text.trim() === '') continue
    const field = fieldNamed(flow, text.trim())
    const twin = typeof field === 'string' ? undefined : columns.find(each => each.field.name === field.name)
    if (typeof field === 'string') ignore(text, field)
    else if (twin) ignore(text, `la colonne « ${twin.header} » remplit déjà ce champ.`)
    else columns.push({ at, header: text.trim(), field })
  }
  return { columns, remarks }
}
