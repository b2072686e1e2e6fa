import { ATTENDANCES, choice, date, file, files, remoteChoice, rows, text, type Values } from '#core'

/** What is archived of a séance, whichever step prepared it. */
export const versementInputs = {
  titre: text('Objet de la séance', { required: true }),
  date: date('Date de la séance', { required: true }),
  heure: text('Heure'),
  type: remoteChoice('Type de séance', 'types'),
  lieu: text('Lieu'),
  convocation: file('Convocation', { required: true }),
  invitation: file('Invitation'),
  projets: rows('Ordre du jour', {
    nom: text('Projet', { required: true }),
    rapport: file('Rapport', { required: true }),
    theme: remoteChoice('Thème', 'themes'),
    rapporteur: remoteChoice('Rapporteur', 'reporters'),
    annexes: files('Annexes'),
  }),
  autresDocuments: rows('Autres documents', {
    nom: text('Document', { required: true }),
    fichier: file('Fichier', { required: true }),
  }),
  convoques: rows('Convoqués', {
    nom: text('Nom'),
    categorie: text('Convoqué comme'),
    envoyee: text('Convocation envoyée le'),
    lue: text('Lue le'),
    presence: choice('Présence', ATTENDANCES),
    mandataire: text('Suppléant ou mandataire'),
  }),
  preuves: file("Preuves d'envoi et de lecture"),
}

export type Seance = Values<typeof versementInputs>
