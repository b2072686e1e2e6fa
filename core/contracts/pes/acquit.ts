import { streamXml, UnreadableXml } from './xml-stream.ts'

export interface AcquitError {
  readonly code: string
  readonly label: string
}

/** A line or a piece that the treasury refuses. */
export interface AcquitLine {
  readonly number: string
  readonly errors: readonly AcquitError[]
}
export interface AcquitPiece extends AcquitLine {
  readonly lines: readonly AcquitLine[]
}

/** One `ElementACQUIT`: the answer on a bordereau (`bordereau`, `exercice`) or on a piece (`idUnique`). */
export interface AcquitElement {
  /** `DomaineAck`: 0 to 2 technical, 3 certificate, 4 supporting piece, 5 expense, 6 revenue, 7 budget. */
  readonly domain: string
  /** `EtatAck` is 1. */
  readonly accepted: boolean
  readonly bordereau: string
  readonly exercice: string
  readonly idUnique: string
  readonly errors: readonly AcquitError[]
  readonly pieces: readonly AcquitPiece[]
}

/**
 * The answer of the treasury. `accepted`: every element is; `partial`: some are; `refused`: none is, or the PES was refused as a
 * whole; `empty`: a PES_ACQUIT without any element, which accepts nothing.
 */
export type AcquitOutcome = 'accepted' | 'partial' | 'refused' | 'empty'

export interface Acquit {
  readonly kind: 'acquit' | 'nonAcquit'
  readonly outcome: AcquitOutcome
  /** `NomFic` of the PES it answers, as the treasury writes it in the envelope. */
  readonly nomFic: string
  /** Number of elements, and of those not accepted. */
  readonly count: number
  readonly refused: number
  /** The elements, the first `MOST_ELEMENTS` of them. */
  readonly elements: readonly AcquitElement[]
  /** Errors on the PES as a whole (PES_NonAcquit). */
  readonly errors: readonly AcquitError[]
}

export const MOST_ELEMENTS = 1_000
/** Per element, piece or document: a broken PES may earn one error per line. */
const MOST_DETAILS = 1_000

interface Growing {
  domain: string
  accepted: boolean
  bordereau: string
  exercice: string
  idUnique: string
  errors: AcquitError[]
  pieces: { number: string; errors: AcquitError[]; lines: { number: string; errors: AcquitError[] }[] }[]
}

const push = <T>(list: T[], value: T): T => {
  if (list.length < MOST_DETAILS) list.push(value)
  return value
}

const outcomeOf = (kind: Acquit['kind'], count: number, refused: number): AcquitOutcome => {
  if (kind === 'nonAcquit') return 'refused'
  if (count === 0) return 'empty'
  if (refused === 0) return 'accepted'
  return refused === count ? 'refused' : 'partial'
}

/**
 * Reads a PES_ACQUIT or a PES_NonAcquit as it goes by (formats/pes-v2.md §6). Shared by every connector of the tdtHelios family.
 * @throws UnreadableXml when it is neither; what `source` throws
 */
export const readAcquit = async (source: AsyncIterable<unknown>): Promise<Acquit> => {
  let root = ''
  let nomFic = ''
  let counts = { all: 0, refused: 0 }
  const elements: Growing[] = []
  const whole: AcquitError[] = []
  let element: Growing | undefined
  let piece: Growing['pieces'][number] | undefined
  let line: Growing['pieces'][number]['lines'][number] | undefined
  let error: { code: string; label: string } | undefined

  const simple: Readonly<Record<string, (value: string) => void>> = {
    NomFic: value => (nomFic ||= value),
    DomaineAck: value => element && (element.domain = value),
    EtatAck: value => element && (element.accepted = value === '1'),
    NumBord: value => element && (element.bordereau = value),
    ExerciceBord: value => element && (element.exercice = value),
    IdUnique: value => element && (element.idUnique = value),
    NumPiece: value => piece && (piece.number = value),
    NumLigne: value => line && (line.number = value),
    NumAnoAck: value => error && (error.code = value),
    LibelleAnoAck: value => error && (error.label = value),
  }
  const begin: Readonly<Record<string, () => void>> = {
    ElementACQUIT: () => {
      element = { domain: '', accepted: false, bordereau: '', exercice: '', idUnique: '', errors: [], pieces: [] }
    },
    DetailPiece: () => {
      if (element) piece = push(element.pieces, { number: '', errors: [], lines: [] })
    },
    DetailLigne: () => {
      if (piece) line = push(piece.lines, { number: '', errors: [] })
    },
    Erreur: () => {
      error = push((line ?? piece ?? element)?.errors ?? whole, { code: '', label: '' })
    },
  }
  const end: Readonly<Record<string, () => void>> = {
    ElementACQUIT: () => {
      if (!element) return
      counts = { all: counts.all + 1, refused: counts.refused + (element.accepted ? 0 : 1) }
      if (elements.length < MOST_ELEMENTS) elements.push(element)
      element = undefined
    },
    DetailPiece: () => (piece = undefined),
    DetailLigne: () => (line = undefined),
    Erreur: () => (error = undefined),
  }

  await streamXml(source, {
    open(name, { V: value }) {
      root ||= name
      begin[name]?.()
      simple[name]?.(value ?? '')
    },
    close: name => void end[name]?.(),
  })
  if (root !== 'PES_ACQUIT' && root !== 'PES_NonAcquit')
    throw new UnreadableXml(`the root is ${root}, not PES_ACQUIT nor PES_NonAcquit`)
  const kind = root === 'PES_ACQUIT' ? 'acquit' : 'nonAcquit'
  return {
    kind,
    outcome: outcomeOf(kind, counts.all, counts.refused),
    nomFic,
    count: counts.all,
    refused: counts.refused,
    elements,
    errors: whole,
  }
}

const errorText = ({ code, label }: AcquitError): string => [code, label].filter(Boolean).join(' ')

const firstError = ({ elements, errors }: Acquit): AcquitError | undefined =>
  errors[0] ??
  elements
    .filter(({ accepted }) => !accepted)
    .flatMap(({ errors: own, pieces }) => [
      ...own,
      ...pieces.flatMap(piece => [...piece.errors, ...piece.lines.flatMap(({ errors: ofLine }) => ofLine)]),
    ])[0]

/** The answer in one French sentence, with the first error when there is one. */
export const acquitSentence = (acquit: Acquit): string => {
  const error = firstError(acquit)
  const why = error && errorText(error) ? ` (${errorText(error)})` : ''
  switch (acquit.outcome) {
    case 'accepted':
      return `Accepté par la trésorerie (${acquit.count} ${acquit.count > 1 ? 'éléments acquittés' : 'élément acquitté'})`
    case 'partial':
      return `Accepté en partie par la trésorerie : ${acquit.refused} ${acquit.refused > 1 ? 'éléments refusés' : 'élément refusé'} sur ${acquit.count}${why}`
    case 'refused':
      return `Refusé par la trésorerie${why}`
    case 'empty':
      return "Réponse de la trésorerie sans aucun élément acquitté : consultez l'acquit"
  }
}
