import { splitName } from '../../files/names.ts'
import type { ActeATransmettre, NatureActe, TypedPiece } from '../tdt-actes.ts'

/** Short codes of the natures, as they are in names (formats/actes.md §2). */
export const NATURE_CODES: Readonly<Record<NatureActe, string>> = {
  '1': 'DE',
  '2': 'AR',
  '3': 'AI',
  '4': 'CC',
  '5': 'BF',
  '6': 'AU',
}

export interface ActesAuthority {
  /** Three characters: `034`, `02A`. */
  readonly department: string
  readonly siren: string
}

/** `DEP-SIREN-YYYYMMDD-NUMERO-NATURE`, the identifier of an acte everywhere (formats/actes.md §5). */
export const acteIdentifier = (
  { department, siren }: ActesAuthority,
  { date, numero, nature }: Pick<ActeATransmettre, 'date' | 'numero' | 'nature'>,
): string => `${department}-${siren}-${date.replaceAll('-', '')}-${numero}-${NATURE_CODES[nature]}`

/** `NUMERO` of an identifier, for the names of files. */
export const numberInIdentifier = (acteId: string): string => acteId.split('-')[3] ?? acteId

export const messageFileName = (acteId: string, message: '1-1' | '6-1'): string => `${acteId}-${message}_0.xml`

const EXTENSIONS: Readonly<Record<string, string>> = {
  'application/pdf': '.pdf',
  'application/xml': '.xml',
  'image/png': '.png',
  'image/jpeg': '.jpg',
}

const extensionOf = ({ file }: TypedPiece): string =>
  EXTENSIONS[file.type] ?? splitName(file.name).extension.toLowerCase()

/**
 * Official names of the pieces: the main one is number 1, annexes begin at 2. With more than eight of these, their numbers are padded so
 * that they sort.
 */
export const pieceFileNames = (
  acteId: string,
  { acte, annexes }: Pick<ActeATransmettre, 'acte' | 'annexes'>,
): readonly string[] => {
  const width = annexes.length > 8 ? String(annexes.length + 1).length : 1
  const named = (piece: TypedPiece, number: string) => `${piece.type}-${acteId}-1-1_${number}${extensionOf(piece)}`
  return [named(acte, '1'), ...annexes.map((annexe, rank) => named(annexe, String(rank + 2).padStart(width, '0')))]
}
