/** A stored file as everything above the store sees it. The content is reached through `files.open(ref)`. */
export interface FileRef {
  /** Hexadecimal digest of the content, which is also its address in the store. */
  readonly sha256: string
  /** Name given by whoever deposited the file, NFC, without any folder. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Media type recognised from the content. */
  readonly type: string
}

const isFileRef = (value: unknown): value is FileRef =>
  typeof value === 'object' && value !== null && 'sha256' in value && 'size' in value && 'type' in value

/** The files that a value holds, in order, whatever holds them: one file, a list, rows and the rows inside. */
export const filesHeld = (value: unknown): readonly FileRef[] => {
  if (isFileRef(value)) return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(filesHeld) : []
}

/** Nothing was given: an unticked box is an answer, an empty list is not. */
export const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** A value chosen in a list held by a remote; the label is the one shown on the day of the choice. */
export interface Choice {
  readonly value: string
  readonly label: string
  /** Depth in a tree (0 = root) and whether the node may be chosen; a flat list leaves both out. */
  readonly level?: number
  readonly selectable?: boolean
}

/** The type given to one piece of an acte. `sha256` and `name` say which piece. */
export interface PieceType {
  readonly sha256: string
  readonly name: string
  readonly value: string
  readonly label: string
}

/**
 * The type given to a piece. A signed copy has another content under the same name, and two annexes may share a name: the
 * content decides first, then the name.
 */
export const typeOfPiece = (
  piece: Pick<FileRef, 'sha256' | 'name'>,
  types: readonly PieceType[],
): PieceType | undefined =>
  types.find(type => type.sha256 === piece.sha256 && type.name === piece.name) ??
  types.find(type => type.name === piece.name) ??
  types.find(type => type.sha256 === piece.sha256)
