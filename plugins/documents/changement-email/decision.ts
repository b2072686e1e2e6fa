import { defineStep, longText, text } from '#core'

/**
 * An administrator decides on a new address. Accepted, the account has it in the same transaction as the document its state; an account of
 * another entity, one with rights that the administrator lacks and an address already taken are refused.
 */
export const decisionEmail = defineStep({
  id: 'decisionEmail',
  label: 'Décision',
  inputs: {
    login: text('Identifiant du compte', { required: true }),
    demande: text('Adresse demandée', { required: true }),
  },
  fields: {
    message: longText('Message pour le demandeur', {
      help: 'Gardé avec la décision, que l’auteur de la demande peut lire. Aucun courriel ne part.',
      pastell: 'message',
    }),
  },
  initial: 'aDecider',
  states: {
    // In Pastell, a request waits where it was created.
    aDecider: { label: 'Demande à examiner', editable: ['message'], pastell: 'modification' },
    accepte: { label: 'Adresse changée', ends: 'next', pastell: 'accepter' },
    impossible: { label: 'Changement impossible', editable: ['message'], trouble: true, deletable: true },
    refuse: { label: 'Demande refusée', ends: 'stop', deletable: true, pastell: 'refuser' },
  },
  tasks: {
    accepter: {
      label: 'Accepter : changer l’adresse',
      from: 'aDecider',
      to: 'accepte',
      trigger: 'agent',
      failsTo: 'impossible',
      confirm: 'Donner cette adresse au compte ? Les courriels de la plateforme y partiront aussitôt.',
      pastell: 'accepter',
      async run({ inputs, data }, goto) {
        const { login, demande: email } = inputs
        const said = ended(`Changement accepté : « ${login} » a pour adresse ${email}`, data.message)
        return { ...goto('accepte', {}, said), account: { login, email } }
      },
    },
    refuser: {
      label: 'Refuser',
      from: ['aDecider', 'impossible'],
      to: 'refuse',
      trigger: 'agent',
      confirm: 'Refuser ce changement d’adresse ? Le compte garde son adresse actuelle.',
      pastell: 'refuser',
      async run({ inputs, data }, goto) {
        return goto('refuse', {}, ended(`Changement refusé : « ${inputs.login} » garde son adresse`, data.message))
      },
    },
  },
})

/** With what the administrator adds, if anything. */
const ended = (sentence: string, message: string | undefined): string =>
  message?.trim() ? `${sentence}. ${message.trim()}` : sentence
