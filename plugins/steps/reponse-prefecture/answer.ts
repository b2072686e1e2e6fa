import { typeOfPiece, type FileRef, type LetterAnswer, type PieceType, type Values } from '#core'
import type { fields } from './fields.ts'

type Data = Values<typeof fields>

const typesIn = ({ sorte, typologieCourrier, typologiePieces, typologieLettre }: Data): readonly PieceType[] => {
  if (sorte === '2') return typologieCourrier ?? []
  return (sorte === '3' ? typologiePieces : typologieLettre) ?? []
}

/** What leaves with the answer: the other pieces only go with what was asked for, and never with a refusal. */
const piecesOf = ({ sorte, refus, reponse, autresPieces }: Partial<Data>): readonly FileRef[] => [
  ...(reponse ? [reponse] : []),
  ...(sorte === '3' && !refus ? (autresPieces ?? []) : []),
]

/** The answer ready to leave, but for what the letter itself says; a sentence when something is missing. Pure. */
export const answerIn = (data: Data): Pick<LetterAnswer, 'refusal' | 'piece' | 'annexes'> | string => {
  // Nothing is required of a document that does not answer: the form may well be empty.
  const pieces = piecesOf(data)
  const types = typesIn(data)
  if (!data.repondre) return 'cliquer d’abord sur « Répondre »'
  const [piece, ...annexes] = pieces.flatMap(file => {
    const type = typeOfPiece(file, types)
    return type ? [{ file, type: type.value }] : []
  })
  if (pieces.length === 0) return 'déposer d’abord la réponse'
  const untyped = pieces.filter(file => !typeOfPiece(file, types)).map(({ name }) => `« ${name} »`)
  if (!piece || untyped.length > 0) return `choisir d’abord le type de ${untyped.join(', ')}`
  return { refusal: data.sorte !== '2' && data.refus, piece, annexes }
}
