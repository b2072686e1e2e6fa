import type { Condition } from './conditions.ts'
import type { Choice, FileRef, PieceType } from './values.ts'

/** The kinds of field an author may use; each is a schema, a TypeScript type and a control on screen. */
export type FieldKind =
  | 'text'
  | 'longText'
  | 'number'
  | 'date'
  | 'flag'
  | 'url'
  | 'secret'
  | 'secretFile'
  | 'file'
  | 'files'
  | 'choice'
  | 'remoteChoice'
  | 'pieceTypes'
  | 'mailList'
  | 'rows'

/** Everything that may be said of a field besides its kind and label. All of it survives JSON. */
export interface FieldOptions {
  readonly required?: boolean
  /** Written by the machinery; shown, never asked for. */
  readonly computed?: boolean
  /** Computed by a step and kept when the document begins a new journey: what went out to the world (open data) stays said. */
  readonly lasting?: true
  /** Kept off the screens (identifiers that only machines read). */
  readonly hidden?: boolean
  readonly help?: string
  /** A JavaScript regular expression (`u` flag) and the French sentence shown when it does not match. */
  readonly pattern?: { readonly regex: string; readonly message: string }
  /** Characters for texts, value for numbers, number of files for `files`. */
  readonly min?: number
  readonly max?: number
  /** Accepted media types, checked against the content of the file and not against its extension. */
  readonly accept?: readonly string[]
  /** Largest size of one file, in bytes. */
  readonly maxBytes?: number
  /** A date may be said from the day of creation (`now`, `+1 month`): `relativeDay`. */
  readonly default?: string | boolean | number
  /** The document is named after this field. */
  readonly title?: boolean
  /** Searchable on its own, and a way to find a document again from an identifier given by a remote. */
  readonly index?: boolean
  /**
   * Asked for, and required, only when this holds. Names fields of the same place (the first page, or the step) and their names there.
   * What it held before is kept and no longer looked at.
   */
  readonly when?: Condition
  /** Must hold the same as this field of the same place (a confirmation), else the sentence is shown. */
  readonly equals?: { readonly field: string; readonly message?: string }
  /** Title of the page of the form it stands on, when the first page is several. */
  readonly page?: string
  /** A date that may not lie in the future. */
  readonly notAfterToday?: boolean
  /** Public name in Pastell, read by `plugins/pastell` alone. */
  readonly pastell?: string
}

/** A field as it is stored, sent to the browser and compiled. `V` only exists for the compiler. */
export interface Field<V = unknown, O extends FieldOptions = FieldOptions> extends FieldSpec {
  readonly options: O
  readonly __value?: V
}

/** The serialisable part of a field. */
export interface FieldSpec {
  readonly kind: FieldKind
  readonly label: string
  readonly options: FieldOptions
  /** `choice`, `pieceTypesAmong`: code → French label, in display order. */
  readonly choices?: Readonly<Record<string, string>>
  /** `remoteChoice`, `pieceTypes`: the method of the capability that lists the choices. */
  readonly method?: string
  /** Fields of the same step whose value the method needs (the typologies of a *nature*). */
  readonly by?: readonly string[]
  /** `pieceTypes`: the inputs or fields of the same step that hold the pieces, in order. */
  readonly of?: readonly string[]
  /** `rows`: what one row holds. */
  readonly fields?: Readonly<Record<string, FieldSpec>>
  /** `rows`: a row may hold rows of the same kind, under `enfants`. */
  readonly nested?: boolean
}

export type Fields = Readonly<Record<string, Field>>

type ValueOf<F> = F extends Field<infer V> ? V : never
type Always<F> = F extends { readonly options: { readonly required: true } }
  ? true
  : F extends { readonly kind: 'flag' | 'rows' }
    ? true
    : F extends { readonly options: { readonly default: string | number | boolean } }
      ? true
      : false

/** What a handler reads: a required field holds its value, any other may be missing, a flag and rows are never missing. */
export type Values<F> = {
  readonly [K in keyof F]: Always<F[K]> extends true ? ValueOf<F[K]> : ValueOf<F[K]> | undefined
}

/** What a handler may write. */
export type Patch<F> = { readonly [K in keyof F]?: ValueOf<F[K]> | undefined }

/** A pointer to a field, typed by the value it holds. Renaming the field is then a matter for the compiler. */
export interface Ref<V = unknown> {
  readonly ref: string
  readonly __value?: V
}

export type Refs<F> = { readonly [K in keyof F]: Ref<ValueOf<F[K]>> }

const field =
  <V>(kind: FieldKind) =>
  <const O extends FieldOptions = Record<never, never>>(label: string, options?: O): Field<V, O> => ({
    kind,
    label,
    options: options ?? ({} as O),
  })

/** One line of text. */
export const text = field<string>('text')
/** Several lines of text. */
export const longText = field<string>('longText')
/** A number; `min` and `max` bound it. */
export const number = field<number>('number')
/** A day, `YYYY-MM-DD`. */
export const date = field<string>('date')
/** An http(s) address. */
export const url = field<string>('url')
/** A text encrypted at rest, never sent back. Connector settings only. */
export const secret = field<string>('secret')
/** A small file (certificate, key) encrypted at rest, never sent back. Connector settings only. */
export const secretFile = field<Uint8Array>('secretFile')
/** One file. */
export const file = field<FileRef>('file')
/** Several files, in order. */
export const files = field<readonly FileRef[]>('files')
/** E-mail addresses separated by commas, names and groups allowed. */
export const mailList = field<string>('mailList')

/** A box to tick. Never undefined for a handler: an empty box is `false`. */
export const flag = <const O extends FieldOptions = Record<never, never>>(
  label: string,
  options?: O,
): Field<boolean, O> & { readonly kind: 'flag' } => ({ kind: 'flag', label, options: options ?? ({} as O) })

/** One of a fixed list: `choice('Nature', { '1': 'Délibération', … })`. Holds the code. */
export const choice = <
  const C extends Readonly<Record<string, string>>,
  const O extends FieldOptions = Record<never, never>,
>(
  label: string,
  choices: C,
  options?: O,
): Field<Extract<keyof C, string>, O> => ({ kind: 'choice', label, choices, options: options ?? ({} as O) })

export interface RemoteOptions extends FieldOptions {
  /** Fields of the same step whose values the method receives. */
  readonly by?: readonly string[]
}

/** One of a list that the remote gives: `remoteChoice('Circuit', 'circuits')` calls `circuits()` of the step's capability. */
export const remoteChoice = <const M extends string, const O extends RemoteOptions = Record<never, never>>(
  label: string,
  method: M,
  options?: O,
): Field<Choice, O> & { readonly method: M } => ({
  kind: 'remoteChoice',
  label,
  method,
  options: options ?? ({} as O),
  ...(options?.by ? { by: options.by } : {}),
})

/** One code per piece, from a list that the remote gives. `of` names the inputs of the step that hold the pieces. */
export const pieceTypes = <const M extends string, const O extends RemoteOptions & { readonly of: readonly string[] }>(
  label: string,
  method: M,
  options: O,
): Field<readonly PieceType[], O> & { readonly method: M } => ({
  kind: 'pieceTypes',
  label,
  method,
  options,
  of: options.of,
  ...(options.by ? { by: options.by } : {}),
})

/** The same from a fixed list, without any remote: code → French label, in display order. */
export const pieceTypesAmong = <const O extends FieldOptions & { readonly of: readonly string[] }>(
  label: string,
  choices: Readonly<Record<string, string>>,
  options: O,
): Field<readonly PieceType[], O> => ({ kind: 'pieceTypes', label, choices, options, of: options.of })

/** One row as a handler reads it; with `nested`, its own rows are under `enfants`. */
export type Row<F, N extends boolean = false> = Values<F> &
  (N extends true ? { readonly enfants: readonly Row<F, true>[] } : unknown)

export interface RowsOptions extends FieldOptions {
  /** A row may hold rows of the same kind. */
  readonly nested?: boolean
}

/** What a row may hold: values that stand on their own, and in documents files and lists of the remote. */
const IN_ROWS: ReadonlySet<FieldKind> = new Set([
  'text',
  'longText',
  'number',
  'date',
  'flag',
  'url',
  'choice',
  'mailList',
  'file',
  'files',
  'remoteChoice',
])

/**
 * A group of fields repeated as often as wanted, in an order that counts: `rows('Unités', { titre: text('Titre') }, { nested: true })`.
 * The first field of a row names it on screen. `max` bounds the rows of one level. Never undefined for a handler.
 * @throws Error when a row would hold a secret, rows, or a list that depends on another field
 */
export const rows = <const F extends Fields, const O extends RowsOptions = Record<never, never>>(
  label: string,
  fields: F,
  options?: O,
): Field<readonly Row<F, O extends { readonly nested: true } ? true : false>[], O> & {
  readonly kind: 'rows'
  readonly fields: F
} => {
  const misplaced = Object.entries(fields).find(([, { kind }]) => !IN_ROWS.has(kind))
  if (misplaced)
    throw new Error(`« ${label} » : une ligne ne peut pas contenir « ${misplaced[0]} » (${misplaced[1].kind}).`)
  const dependent = Object.entries(fields).find(([, { by }]) => by !== undefined)
  if (dependent)
    throw new Error(
      `« ${label} » : la liste de « ${dependent[0]} » dépend d'un autre champ, ce qu'une ligne ne permet pas.`,
    )
  return {
    kind: 'rows',
    label,
    options: options ?? ({} as O),
    fields,
    ...(options?.nested ? { nested: true } : {}),
  }
}
