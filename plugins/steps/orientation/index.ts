import { defineStep } from '#core'

/**
 * A place where a document waits for an agent to choose the rest of its route. Placed with `.thenWait()`: the boxes and the fields of the
 * steps that follow are open, and « Poursuivre » goes on.
 */
export const orientation = defineStep({
  id: 'orientation',
  label: 'Orientation',
  inputs: {},
  fields: {},
  initial: 'aOrienter',
  states: {
    aOrienter: {
      label: 'Cheminement à choisir',
      help: "Choisissez la suite : cochez les étapes voulues, remplissez ce qu'elles demandent, puis « Poursuivre le cheminement ».",
      ends: 'next',
      pastell: 'orientation',
    },
  },
  tasks: {},
})
