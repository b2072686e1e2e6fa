import { defineStep } from '#core'
import { faultIn, guarded, missing } from '../pastell-action.ts'

/**
 * An action that Pastell gave to a private program and that nothing waits for: offered beside the route whenever its rule holds, it stops
 * no document. Settings: those of `actionManuelle`.
 */
export const actionACote = defineStep({
  id: 'actionACote',
  label: 'Action offerte à un agent',
  checkSettings: faultIn,
  inputs: {},
  fields: {},
  initial: 'offerte',
  states: {
    offerte: { label: 'Action offerte à un agent', ends: 'next' },
    faite: { label: 'Action faite', ends: 'resume' },
  },
  tasks: {
    faire: {
      label: "Dire que l'action est faite",
      from: { passed: 'offerte' },
      to: 'faite',
      trigger: 'agent',
      confirm: "L'action a-t-elle été faite hors de la plateforme ? Le document reste où il en est.",
      guard: guarded,
      run: ({ settings }, goto) =>
        Promise.resolve(goto('faite', {}, `${missing(settings)} Un agent dit l'avoir faite.`)),
    },
  },
})
