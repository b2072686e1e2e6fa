import type { StagedFile } from '../api/stage.ts'
import type { Choice, FileRef, PieceType } from '../api/types.ts'

/** Narrowings of what the server holds for a field: the kind of the field says which one applies. */
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

export const isFile = (value: unknown): value is FileRef =>
  isRecord(value) && typeof value['sha256'] === 'string' && typeof value['size'] === 'number'

const isPieceType = (value: unknown): value is PieceType =>
  isRecord(value) && typeof value['sha256'] === 'string' && typeof value['value'] === 'string'

export const asText = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''

/** The files of a `file` or `files` field, in order. */
export const asFiles = (value: unknown): readonly FileRef[] => (Array.isArray(value) ? value : [value]).filter(isFile)

/** A file of a row: held by the document, or sent and waiting for the form to be saved. */
export type RowFile = FileRef | StagedFile

const isStaged = (value: unknown): value is StagedFile => isRecord(value) && typeof value['upload'] === 'string'

export const asRowFiles = (value: unknown): readonly RowFile[] =>
  (Array.isArray(value) ? value : [value]).filter(each => isFile(each) || isStaged(each))

export const asChoice = (value: unknown): Choice | undefined =>
  isRecord(value) && typeof value['value'] === 'string'
    ? { value: value['value'], label: asText(value['label']) || value['value'] }
    : undefined

export const asPieceTypes = (value: unknown): readonly PieceType[] =>
  Array.isArray(value) ? value.filter(isPieceType) : []

export const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** Compares two values of a field, whatever their kind: they are small and made of JSON. */
export const same = (one: unknown, other: unknown): boolean =>
  (isEmpty(one) && isEmpty(other)) || JSON.stringify(one) === JSON.stringify(other)

/** An address that may safely become a link. */
export const safeLink = (value: string): string | undefined => {
  const parsed = URL.canParse(value) ? new URL(value) : undefined
  return parsed && ['http:', 'https:'].includes(parsed.protocol) ? parsed.href : undefined
}
