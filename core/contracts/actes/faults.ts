import { toLatin1 } from '../../connectors/http-client-body.ts'
import type { ActeATransmettre } from '../tdt-actes.ts'
import type { ActesClassification } from './classification.ts'

const LONGEST_SUBJECT = 499
const LARGEST_SENDING = 150 * 1024 * 1024

/** What would be refused hours later (formats/actes.md §10), said before anything leaves; `undefined` when the acte may go. */
export const acteFault = (acte: ActeATransmettre, { matters, types }: ActesClassification): string | undefined => {
  const pieces = [acte.acte, ...acte.annexes]
  const allowed = new Set((types[acte.nature] ?? []).map(({ value }) => value))
  if (toLatin1(acte.objet).length > LONGEST_SUBJECT)
    return `L'objet dépasse ${LONGEST_SUBJECT} caractères : raccourcissez-le.`
  if (!matters.some(({ value, selectable }) => selectable && value === acte.classification))
    return `La matière « ${acte.classification} » n'existe pas dans la classification de la préfecture : choisissez-en une autre.`
  const untyped = pieces.find(({ type }) => !allowed.has(type))
  if (untyped)
    return `Le type « ${untyped.type} » de « ${untyped.file.name} » n'est pas permis pour cette nature d'acte : choisissez-en un autre.`
  if (pieces.reduce((sum, { file }) => sum + file.size, 0) > LARGEST_SENDING)
    return "L'acte et ses annexes dépassent 150 Mo, la limite de la télétransmission : réduisez-les."
  return undefined
}
