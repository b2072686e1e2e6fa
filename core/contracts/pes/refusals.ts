import type { Acquit, AcquitElement, AcquitError } from './acquit.ts'

/** One thing that the treasury refuses, and why. Texts are empty when the acquit does not say. */
export interface PesRefusal {
  /** What people call it: « Mandat 1001, ligne 2 », « Bordereau 7 », « Pièce justificative PJ-12 », « Fichier entier ». */
  readonly what: string
  readonly bordereau: string
  readonly exercice: string
  readonly piece: string
  readonly line: string
  readonly code: string
  readonly reason: string
}

/** `DomaineAck` of what has pieces: expenses and revenues (formats/pes-v2.md §6). */
const PIECES: Readonly<Record<string, string>> = { '5': 'Mandat', '6': 'Titre' }

const NO_REASON: AcquitError = { code: '', label: 'Refusé sans motif' }

const nameOf = ({ domain, bordereau, idUnique }: AcquitElement, piece = '', line = ''): string => {
  const what = piece
    ? `${PIECES[domain] ?? 'Pièce'} ${piece}`
    : bordereau
      ? `Bordereau ${bordereau}`
      : idUnique
        ? `Pièce justificative ${idUnique}`
        : 'Fichier entier'
  return line ? `${what}, ligne ${line}` : what
}

const refusalsOf = (element: AcquitElement): readonly PesRefusal[] => {
  const { bordereau, exercice } = element
  const told = (errors: readonly AcquitError[], piece = '', line = ''): readonly PesRefusal[] =>
    errors.map(({ code, label }) => ({
      ...{ what: nameOf(element, piece, line), bordereau, exercice, piece, line, code },
      reason: label,
    }))
  const found = [
    ...told(element.errors),
    ...element.pieces.flatMap(({ number, errors, lines }) => [
      // A piece named without any error, neither its own nor of a line, is refused all the same.
      ...told(errors.length + lines.length === 0 ? [NO_REASON] : errors, number),
      ...lines.flatMap(line => told(line.errors.length === 0 ? [NO_REASON] : line.errors, number, line.number)),
    ]),
  ]
  return found.length > 0 || element.accepted ? found : told([NO_REASON])
}

/**
 * Everything that an acquit refuses, in its order: which bordereau, which mandat or titre, which line, and why. Among the elements that
 * `readAcquit` keeps.
 */
export const acquitRefusals = ({ errors, elements }: Acquit): readonly PesRefusal[] => [
  ...errors.map(({ code, label }) => ({
    ...{ what: 'Fichier entier', bordereau: '', exercice: '', piece: '', line: '', code },
    reason: label,
  })),
  ...elements.flatMap(refusalsOf),
]

const place = ({ piece, bordereau, exercice }: PesRefusal): string =>
  piece && bordereau ? ` (bordereau ${bordereau}${exercice ? ` de ${exercice}` : ''})` : ''

/** « Mandat 1001, ligne 2 (bordereau 7 de 2026) : 2043 IBAN invalide ». */
export const refusalSentence = (refusal: PesRefusal): string =>
  `${refusal.what}${place(refusal)} : ${[refusal.code, refusal.reason].filter(Boolean).join(' ') || 'refusé sans motif'}`
