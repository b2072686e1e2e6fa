import { defineStep, longText, text } from '#core'

/**
 * An administrator decides on a new address. Accepted, the account has it in the same transaction as the document its state; an account of
 * another entity, one with rights that the administrator lacks and an address already taken are refused. Either way the holder of the account
 * is written to at the address that the account has then.
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
      help: 'Gardé avec la décision, et envoyé avec elle à la personne, à l’adresse de son compte.',
      pastell: 'message',
    }),
  },
  initial: 'aDecider',
  states: {
    // In Pastell, a request waits where it was created.
    aDecider: {
      label: 'Demande à examiner',
      help: 'Un administrateur vérifie que la demande vient bien de la personne, puis « Accepter : changer l’adresse », ou « Refuser » en disant pourquoi dans « Message pour le demandeur ».',
      editable: ['message'],
      pastell: 'modification',
    },
    accepte: { label: 'Adresse changée', ends: 'next', pastell: 'accepter' },
    impossible: {
      label: 'Changement impossible',
      help: "Le compte n'a pas été changé, pour la raison affichée : compte d'une autre entité, droits que vous n'avez pas, adresse déjà prise… Une personne qui en a le droit peut « Réessayer : Accepter : changer l’adresse » ; sinon « Refuser » : le compte garde son adresse.",
      editable: ['message'],
      trouble: true,
      deletable: true,
    },
    refuse: {
      label: 'Demande refusée',
      help: "L'administrateur a refusé, et le compte garde son adresse : il n'y a rien à faire. Pour demander une autre adresse, « Rouvrir », corrigez, puis « Envoyer ».",
      ends: 'stop',
      deletable: true,
      pastell: 'refuser',
    },
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
        const text = `L’adresse de votre compte « ${login} » est désormais ${email}. Les courriels de la plateforme y arriveront.`
        const letter = { login, subject: 'Votre adresse est changée', text: withMessage(text, data.message) }
        return { ...goto('accepte', {}, said), account: { login, email }, letter }
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
        const { login, demande } = inputs
        const text = `Le changement d’adresse demandé pour votre compte « ${login} » (${demande}) est refusé : le compte garde son adresse.`
        const letter = { login, subject: 'Votre adresse n’est pas changée', text: withMessage(text, data.message) }
        const said = ended(`Changement refusé : « ${login} » garde son adresse`, data.message)
        return { ...goto('refuse', {}, said), letter }
      },
    },
  },
})

const withMessage = (text: string, message: string | undefined): string =>
  message?.trim() ? `${text}\n\nMessage de l’administrateur :\n${message.trim()}` : text

/** With what the administrator adds, if anything. */
const ended = (sentence: string, message: string | undefined): string =>
  message?.trim() ? `${sentence}. ${message.trim()}` : sentence
