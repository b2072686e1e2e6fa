import { defineStep } from '#core'
import { fields, inputs } from './fields.ts'
import { close, follow } from './follow.ts'
import { askAgain, mayResend, resend } from './resend.ts'
import { send } from './send.ts'
import { heardAnswer, heardReading, heardReturn } from './signals.ts'

/** Secure mail: one message and one page for each recipient, reading, reminders, answers, proof (`flows/steps.md`, Mailsec). */
export const mailsec = defineStep({
  id: 'mailsec',
  label: 'Mail sécurisé',
  needs: ['mailsec', 'reglages'],
  checkSettings: ({ relances = 'oui', ...others }) =>
    Object.keys(others).length > 0 || !['oui', 'non'].includes(relances)
      ? 'le seul réglage est « relances », qui vaut « oui » ou « non ».'
      : undefined,
  inputs,
  fields,
  initial: 'aEnvoyer',
  states: {
    aEnvoyer: { label: "Préparation de l'envoi", pastell: 'preparation-send-mailsec' },
    envoye: { label: 'Envoyé, en attente de lecture', editable: ['renvoyerA'], pastell: 'send-mailsec' },
    aRelancer: { label: 'Renvoi en cours', pastell: 'prepare-renvoi' },
    renvoye: {
      label: 'Renvoyé, en attente de lecture',
      editable: ['renvoyerA'],
      pastell: 'renvoi',
    },
    luPartiel: {
      label: 'Lu par une partie des destinataires',
      editable: ['renvoyerA'],
      pastell: 'reception-partielle',
    },
    lu: { label: 'Lu par tous', ends: 'next', pastell: 'reception' },
    aClore: { label: "Fin de l'attente", pastell: 'preparation-non-recu' },
    nonRecu: { label: 'Non reçu', ends: 'next', pastell: 'non-recu' },
    erreurEnvoi: {
      label: 'Envoi impossible',
      help: "L'envoi s'est arrêté, pour la raison affichée : adresse incorrecte, groupe vide ou inconnu, mots de passe différents, refus du serveur de courriel… Corrigez les destinataires ou le mot de passe, puis « Envoyer de nouveau » : qui a déjà reçu le message ne le reçoit pas deux fois.",
      trouble: true,
      deletable: true,
      editable: ['to', 'cc', 'bcc', 'motDePasse', 'confirmation'],
      pastell: 'send-mailsec-error',
    },
    suiviInterrompu: {
      label: 'Suivi des lectures interrompu',
      help: "Le message est parti et ses liens fonctionnent ; c'est le renvoi ou la relève qui a échoué, pour la raison affichée. Faites corriger ce qu'elle nomme, puis « Réessayer » ; « Renvoyer » écrit de nouveau, « Déclarer non reçu » met fin à l'attente.",
      trouble: true,
      editable: ['renvoyerA'],
    },
    erreur: {
      label: 'Remis à personne',
      help: "Personne n'a reçu ce message : les courriels sont revenus, et le suivi des destinataires dit pourquoi. Corrigez les adresses, puis « Envoyer de nouveau ».",
      trouble: true,
      deletable: true,
      editable: ['to', 'cc', 'bcc'],
      pastell: 'erreur',
    },
  },
  tasks: {
    envoyer: {
      label: 'Envoyer les courriels',
      from: 'aEnvoyer',
      to: ['envoye', 'erreurEnvoi', 'erreur'],
      uses: 'mailsec',
      // One message at each call, the next at once: what has left is stored before anything else leaves.
      every: '0 s',
      within: '2 d',
      late: 'erreurEnvoi',
      failsTo: 'erreurEnvoi',
      run: send,
    },
    reprendre: {
      label: 'Envoyer de nouveau',
      from: ['erreurEnvoi', 'erreur'],
      to: 'aEnvoyer',
      trigger: 'agent',
      pastell: 'send-mailsec',
      // The lists are read again; whoever received the message does not receive it twice.
      run: async (_context, goto) => goto('aEnvoyer', { listes: undefined }),
    },
    suivre: {
      label: 'Vérifier les délais',
      from: ['envoye', 'renvoye', 'luPartiel'],
      to: ['lu', 'aRelancer', 'aClore', 'erreur'],
      every: '1 min x 1, 6 h',
      failsTo: 'suiviInterrompu',
      pastell: 'mailsec-relance',
      run: follow,
    },
    renvoyer: {
      label: 'Renvoyer',
      from: ['envoye', 'renvoye', 'luPartiel', 'suiviInterrompu'],
      to: 'aRelancer',
      trigger: 'agent',
      failsTo: 'suiviInterrompu',
      pastell: 'renvoi',
      guard: mayResend,
      run: askAgain,
    },
    relancer: {
      label: 'Renvoyer les courriels',
      from: 'aRelancer',
      to: ['renvoye', 'envoye', 'luPartiel'],
      uses: 'mailsec',
      every: '0 s',
      within: '2 d',
      late: 'suiviInterrompu',
      failsTo: 'suiviInterrompu',
      run: resend,
    },
    declarerNonRecu: {
      label: 'Déclarer non reçu',
      from: ['envoye', 'renvoye', 'luPartiel', 'suiviInterrompu'],
      to: 'aClore',
      trigger: 'agent',
      failsTo: 'suiviInterrompu',
      confirm: 'Déclarer ce message non reçu ? Les liens de ceux qui n’ont pas lu ne fonctionneront plus.',
      pastell: 'non-recu',
      run: async (_context, goto) => goto('aClore', {}, "Déclaré non reçu par l'agent"),
    },
    clore: { label: 'Fermer les liens', from: 'aClore', to: 'nonRecu', failsTo: 'suiviInterrompu', run: close },
  },
  signals: {
    lecture: {
      label: 'Lecture par un destinataire',
      from: ['envoye', 'renvoye', 'luPartiel', 'suiviInterrompu'],
      to: ['luPartiel', 'lu'],
      since: 'aEnvoyer',
      pastell: 'compute_read_mail',
      receive: heardReading,
    },
    reponse: {
      label: "Réponse d'un destinataire",
      from: ['envoye', 'renvoye', 'luPartiel', 'suiviInterrompu'],
      to: [],
      since: 'aEnvoyer',
      pastell: 'reponse',
      receive: heardAnswer,
    },
    retour: {
      label: 'Avis de non-remise',
      from: ['envoye', 'renvoye', 'luPartiel', 'suiviInterrompu'],
      to: ['erreur'],
      since: 'aEnvoyer',
      receive: heardReturn,
    },
  },
  correspondence: { by: 'cles', into: 'retours', from: 'anyInstanceAbove', tells: 'retour' },
})
