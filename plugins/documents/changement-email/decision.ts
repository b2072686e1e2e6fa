import { defineStep, longText, text } from '#core'

/** An administrator decides on a new address. The account itself is changed on the page of accounts, under its own right. */
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
    refuse: { label: 'Demande refusée', ends: 'stop', deletable: true, pastell: 'refuser' },
  },
  tasks: {
    accepter: {
      label: 'Accepter : l’adresse est changée',
      from: 'aDecider',
      to: 'accepte',
      trigger: 'agent',
      confirm:
        'Avez-vous déjà changé l’adresse dans la gestion des comptes ? Accepter ne la change pas : cela garde la trace que vous l’avez fait.',
      pastell: 'accepter',
      async run({ inputs, data }, goto) {
        return goto(
          'accepte',
          {},
          ended(
            `Changement accepté : l’administrateur déclare que « ${inputs.login} » a pour adresse ${inputs.demande}`,
            data.message,
          ),
        )
      },
    },
    refuser: {
      label: 'Refuser',
      from: 'aDecider',
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
