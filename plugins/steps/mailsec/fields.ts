import { file, files, flag, longText, mailList, number, secret, text } from '#core'
import { recipientRows } from './recipients.ts'

/** What a flow gives: what the recipients are shown. */
export const inputs = {
  titre: text('Objet', { required: true }),
  message: longText('Message'),
  document: file('Document'),
  documents: files('Documents'),
  annexes: files('Pièces jointes'),
}

/** Labels of the inputs that hold files, in the order in which they are shown. */
export const FILE_INPUTS: Readonly<Record<string, string>> = {
  document: inputs.document.label,
  documents: inputs.documents.label,
  annexes: inputs.annexes.label,
}

const LIST_HELP =
  'Des adresses, séparées par des virgules : "Camille Durand" <camille.durand@exemple.fr>. Ou des groupes de l’annuaire : groupe: "Élus". Au moins une adresse, ici ou en copie.'

export const fields = {
  to: mailList('Destinataires', { help: LIST_HELP, pastell: 'to' }),
  cc: mailList('En copie', { pastell: 'cc' }),
  bcc: mailList('En copie cachée', {
    help: 'Chacun reçoit son propre courriel : personne ne voit les autres adresses.',
    pastell: 'bcc',
  }),
  motDePasse: secret('Mot de passe de la page', {
    max: 200,
    help: 'Demandé aux destinataires avant de montrer le message ; à leur donner par un autre moyen. Il ne sera plus jamais affiché.',
    pastell: 'password',
  }),
  confirmation: secret('Confirmation du mot de passe', { max: 200, pastell: 'password2' }),
  renvoyerA: mailList('Renvoyer seulement à', {
    help: 'Pour le bouton « Renvoyer ». Vide : à tous ceux qui n’ont pas encore lu.',
    // In a draft nobody has received anything.
    when: { filled: 'destinataires' },
  }),
  destinataires: recipientRows,
  accuse: file('Accusé de notification', { computed: true, pastell: 'accuse_notification' }),
  retours: files('Avis de non-remise', { computed: true }),
  cles: longText('Clés des courriels', { computed: true, hidden: true, index: true }),
  acces: longText('Empreintes des liens', { computed: true, hidden: true, index: true }),
  envoyes: number('Nombre de destinataires', { computed: true, hidden: true, default: 0, pastell: 'sent_mail_number' }),
  lus: number('Nombre de lectures', { computed: true, hidden: true, default: 0, pastell: 'sent_mail_read' }),
  repondus: number('Nombre de réponses', { computed: true, hidden: true, default: 0, pastell: 'sent_mail_answered' }),
  listes: longText('Listes prises en compte', { computed: true, hidden: true }),
  envoyeLe: text("Date de l'envoi", { computed: true, hidden: true }),
  relanceFaite: flag('Relance faite', { computed: true, hidden: true }),
  etatAvantRenvoi: text('État avant le renvoi', { computed: true, hidden: true }),
  lectureMail: text('Accusé visible', { computed: true, hidden: true, pastell: 'lecture_mail' }),
}
