import { longText, text, upkeepConnector, valuesOf } from '#core'

const MODIFICATION = 'Valeurs à modifier avant'

/** Deletes, or moves on, the documents that have stayed long enough in a state. */
export default upkeepConnector({
  id: 'purge',
  version: 1,
  label: 'Purge de dossiers',
  pastell: ['purge'],
  task: 'Purger',
  config: {
    action: text('Action', {
      required: true,
      help: '« supprimer » pour purger, ou toute autre action du flux. Rien n’est choisi d’avance : une suppression ne se rattrape pas.',
      pastell: 'document_etat_cible',
    }),
    modification: longText(MODIFICATION, {
      help: 'Facultatif. Une ligne par champ, « champ: valeur », comme dans « Modification de dossiers en masse ».',
      pastell: 'modification',
    }),
  },
  treatment: ({ action, modification }) => ({ values: valuesOf(modification, MODIFICATION), action }),
})
