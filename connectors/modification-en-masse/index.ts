import { longText, text, upkeepConnector, valuesOf } from '#core'

const MODIFICATION = 'Valeurs à modifier'

/** Changes fields of the documents of a state, and may then act on them. */
export default upkeepConnector({
  id: 'modification-en-masse',
  version: 1,
  label: 'Modification de dossiers en masse',
  task: 'Modifier',
  config: {
    modification: longText(MODIFICATION, {
      required: true,
      help: 'Une ligne par champ, « champ: valeur ». Le champ doit être modifiable dans l’état du dossier ; une valeur vide l’efface.',
    }),
    action: text('Action, une fois les valeurs modifiées', {
      help: 'Facultatif : une action du flux, par exemple « envoyer ».',
    }),
  },
  treatment: ({ action, modification }) => ({ values: valuesOf(modification, MODIFICATION), action }),
})
