import { defineFlow } from '#core'
import { consultation, etapePiece, FAMILY, libelle, suitePiece, typeConsultation } from '../champs.ts'
import { piecesEtape } from './pieces.ts'

export { piecesEtape } from './pieces.ts'

/** All the pieces of one stage of a public contract, made into « Pièces de marché » (`flows/marches.md`, piece-marche-par-etape). */
export default defineFlow({
  id: 'piece-marche-par-etape',
  version: 1,
  label: 'Pièces de marché par étape',
  family: FAMILY,
  pastell: 'piece-marche-par-etape',
  fields: { libelle, typeConsultation: typeConsultation(false), ...consultation, etape: etapePiece, ...suitePiece },
  steps: fields => [piecesEtape(fields).as('pieces')],
})
