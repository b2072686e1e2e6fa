import type { DocumentCriteria } from '../../authoring/desk.ts'
import { choice, flag, number, text, type Values } from '../../authoring/fields.ts'

/** Which documents (transformation-misc.md §4): what purges and mass changes share. */
export const selectionFields = {
  actif: flag('Traitement actif', {
    help: 'Tant que la case est vide, rien ne se fait : seuls « Tester » et l’essai fonctionnent.',
    pastell: 'actif',
  }),
  flux: text('Type de dossier', {
    required: true,
    help: 'Identifiant du flux, ou son nom dans Pastell.',
    pastell: 'document_type',
  }),
  etat: text('État', {
    required: true,
    help: 'Nom de l’état, ou son nom dans Pastell, par exemple « termine ». Avec un nom inconnu, « Tester » donne la liste.',
    pastell: 'document_etat',
  }),
  passage: choice(
    'Dossiers choisis',
    { IN_STATE: 'Ceux qui sont dans cet état', GO_TROUGH_STATE: 'Ceux qui sont passés par cet état' },
    { default: 'IN_STATE', pastell: 'passer_par_l_etat' },
  ),
  exclu: text('Sauf ceux qui sont passés par l’état', {
    help: 'Un seul passage, même récent, met le dossier à l’abri.',
    pastell: 'document_exclure_etat',
  }),
  jours: number('Depuis au moins (jours)', {
    required: true,
    min: 0,
    max: 36_500,
    help: 'Comptés depuis l’arrivée dans l’état, ou depuis le dernier passage.',
    pastell: 'nb_days',
  }),
  filles: flag('Avec les entités filles', { pastell: 'include_children' }),
} as const

/** How far a run may go. */
export const runFields = {
  parPassage: number('Dossiers par passage, au plus', {
    default: 100,
    min: 1,
    max: 10_000,
    help: 'La suite se fait au passage suivant.',
  }),
  aBlanc: flag('À blanc', {
    default: true,
    help: 'Le passage dit ce qu’il ferait, dossier par dossier, et ne change rien. Relisez le rapport avant de décocher.',
  }),
} as const

export type SelectionFields = typeof selectionFields
export type RunFields = typeof runFields
export type UpkeepOptions = Values<SelectionFields & RunFields>

export const criteriaOf = ({
  flux,
  etat,
  passage,
  exclu,
  jours,
  filles,
}: Values<SelectionFields>): DocumentCriteria => ({
  flow: flux,
  ...(passage === 'GO_TROUGH_STATE' ? { passedBy: etat } : { state: etat }),
  excluding: exclu,
  olderThanDays: jours,
  below: filles,
})
