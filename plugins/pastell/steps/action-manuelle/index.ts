import { defineStep } from '#core'
import { faultIn, guarded, missing } from '../pastell-action.ts'

/**
 * An action that Pastell gave to a private program: a person does it elsewhere and says so. Settings: `classe`, the program that is
 * missing; `regle`, its rule in JSON, evaluated as Pastell does; `action`, its name there.
 */
export const actionManuelle = defineStep({
  id: 'actionManuelle',
  label: 'Action à faire par un agent',
  checkSettings: faultIn,
  inputs: {},
  fields: {},
  initial: 'aFaire',
  states: {
    aFaire: {
      label: 'Action à faire par un agent',
      help: "Chez Pastell, un programme faisait cette action ; ici, une personne la fait hors de la plateforme. Ensuite, « Dire que l'action est faite » ; si elle n'a pas lieu d'être, « Poursuivre sans faire l'action ».",
    },
    faite: { label: 'Action faite', ends: 'next' },
    passee: { label: 'Action passée sans être faite', ends: 'next' },
  },
  tasks: {
    faire: {
      label: "Dire que l'action est faite",
      from: 'aFaire',
      to: 'faite',
      trigger: 'agent',
      confirm: "L'action a-t-elle été faite hors de la plateforme ? Le document va poursuivre.",
      guard: guarded,
      run: ({ settings }, goto) =>
        Promise.resolve(goto('faite', {}, `${missing(settings)} Un agent dit l'avoir faite.`)),
    },
    passer: {
      label: "Poursuivre sans faire l'action",
      from: 'aFaire',
      to: 'passee',
      trigger: 'agent',
      confirm: 'Le document va poursuivre sans que cette action ait été faite.',
      run: ({ settings }, goto) => Promise.resolve(goto('passee', {}, `${missing(settings)} Un agent l'a passée.`)),
    },
  },
})
