import { extname } from 'node:path'
import type { ActeATransmettre, FileRef, HttpRequest, TypedPiece } from '#core'

type Parts = Extract<HttpRequest['body'], { parts: unknown }>['parts']

/** The name under which S²LOW knows a file: anything but letters, digits, dot, underscore and space becomes `_`. */
export const sentName = (name: string): string => name.normalize('NFC').replace(/[^A-Za-z0-9._ ]/gu, '_')

export const stampedName = (name: string): string => `${name.slice(0, name.length - extname(name).length)}-tampon.pdf`

const annexParts = ({ file, type }: TypedPiece): Parts => [
  { name: 'type_pj[]', value: type },
  { name: 'acte_attachments[]', file, filename: sentName(file.name) },
]

/** An acte, or an answer, with its annexes. */
export const pieceParts = (main: TypedPiece, annexes: readonly TypedPiece[]): Parts => [
  { name: 'acte_pdf_file', file: main.file, filename: sentName(main.file.name) },
  ...annexes.flatMap(annexParts),
]

/** What the instance asks for besides the acte itself. */
interface Wishes {
  /** Wait on the platform until somebody posts it. */
  readonly wait: boolean
  /** Wait on the platform until somebody signs it. */
  readonly mustSign: boolean
  readonly broadcast: { readonly to: readonly string[]; readonly withPieces: boolean }
}

/** The bare addresses of a list: `Mairie <mairie@ville.fr>, x@y.fr`. */
export const addressesIn = (list: string | undefined): readonly string[] =>
  (list ?? '')
    .split(',')
    .map(each => (/<([^<>]+)>/u.exec(each)?.[1] ?? each).trim())
    .filter(each => each.includes('@'))

const broadcastParts = ({ to, withPieces }: Wishes['broadcast']): Parts =>
  to.length === 0
    ? []
    : [
        { name: 'show_broadcast_email', value: '1' },
        { name: 'send_sources', value: withPieces ? '1' : '0' },
        ...to.map(value => ({ name: 'broadcast_email[]', value })),
      ]

/** The form of a transmission (reference §4.2). */
export const acteParts = (acte: ActeATransmettre, { wait, mustSign, broadcast }: Wishes): Parts => {
  const texts: Readonly<Record<string, string>> = {
    api: '1',
    nature_code: acte.nature,
    number: acte.numero,
    subject: acte.objet,
    decision_date: acte.date,
    document_papier: acte.papier ? '1' : '0',
    en_attente: wait ? '1' : '0',
    type_acte: acte.acte.type,
    ...(mustSign ? { must_signed: '1' } : {}),
  }
  const levels = acte.classification.split('.').map((code, rank) => ({ name: `classif${rank + 1}`, value: code }))
  return [
    ...Object.entries(texts).map(([name, value]) => ({ name, value })),
    ...levels,
    ...broadcastParts(broadcast),
    ...pieceParts(acte.acte, acte.annexes),
  ]
}

/** One line of the list of files of a transaction. */
export interface ListedFile {
  readonly id: string | number
  readonly name: string
  readonly posted_filename: string
  readonly mimetype: string
}

/**
 * Finds the file of each piece: the list begins with the message, then the acte, then the annexes in order.
 * @returns `undefined` when names or numbers do not match, so that nobody gets the stamp of another piece
 */
export const matchFiles = (
  listed: readonly ListedFile[],
  pieces: readonly FileRef[],
): readonly ListedFile[] | undefined => {
  const files = listed.slice(1)
  const isSame =
    files.length === pieces.length &&
    pieces.every(({ name }, rank) => sentName(files[rank]?.posted_filename ?? '') === sentName(name))
  return isSame ? files : undefined
}
