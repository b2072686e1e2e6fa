import { ATTENDANCES, choice, date, file, files, flag, remoteChoice, rows, text, type Values } from '#core'

const PDF = ['application/pdf'] as const

/** What an agent prepares of a séance; what is changed there reaches the remote by « Mettre à jour la séance ». */
const asked = {
  date: date('Date de la séance', { required: true }),
  heure: text('Heure', {
    required: true,
    help: 'Heure de France, par exemple 18:30.',
    pattern: { regex: '^(?:[01]\\d|2[0-3]):[0-5]\\d$', message: "L'heure s'écrit HH:MM, par exemple 18:30." },
  }),
  type: remoteChoice('Type de séance', 'types', {
    required: true,
    help: 'Il décide des personnes convoquées. Il ne change plus une fois la séance créée.',
  }),
  lieu: text('Lieu', { required: true, max: 255 }),
  aDistance: flag('Participation à distance possible'),
  convocation: file('Convocation', { required: true, accept: PDF, help: 'Le PDF adressé aux élus.' }),
  invitation: file('Invitation', { accept: PDF, help: 'Le PDF adressé aux autres invités.' }),
  projets: rows(
    'Ordre du jour',
    {
      nom: text('Projet', { required: true, max: 255 }),
      rapport: file('Rapport', { required: true, accept: PDF }),
      theme: remoteChoice('Thème', 'themes'),
      rapporteur: remoteChoice('Rapporteur', 'reporters'),
      annexes: files('Annexes'),
    },
    { max: 300, help: "Les projets dans l'ordre où ils seront examinés." },
  ),
  autresDocuments: rows(
    'Autres documents',
    { nom: text('Document', { required: true, max: 500 }), fichier: file('Fichier', { required: true }) },
    { max: 100, help: "Ce qui n'est à l'ordre du jour d'aucun projet." },
  ),
  elus: rows(
    'Élus à convoquer',
    {
      nom: text('Nom', { required: true }),
      prenom: text('Prénom', { required: true }),
      adresse: text('Adresse électronique', {
        required: true,
        pattern: { regex: '^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$', message: 'Indiquer une adresse électronique complète.' },
      }),
      titre: text('Titre'),
      mobile: text('Téléphone mobile'),
    },
    {
      help: 'Seulement si le logiciel de séances ne les connaît pas : sinon, les membres du type de séance sont convoqués.',
    },
  ),
}

/** What the remote said. */
const computed = {
  seanceId: text('Identifiant de la séance', { computed: true, index: true }),
  remarque: text('Remarque du logiciel de séances', { computed: true }),
  convoques: rows(
    'Convoqués',
    {
      nom: text('Nom'),
      adresse: text('Adresse'),
      categorie: text('Convoqué comme'),
      envoyee: text('Convocation envoyée le'),
      lue: text('Lue le'),
      presence: choice('Présence', ATTENDANCES),
      mandataire: text('Suppléant ou mandataire'),
    },
    { computed: true },
  ),
  preuves: file("Preuves d'envoi et de lecture", { computed: true }),
  heureTransmise: text('Date et heure transmises', { computed: true, hidden: true }),
  transmis: text('Contenu transmis', { computed: true, hidden: true }),
}

export const convocationFields = { ...asked, ...computed }

/** What may still be changed once the séance is created: everything but its type and who is called. */
export const CHANGEABLE = [
  'date',
  'heure',
  'lieu',
  'aDistance',
  'convocation',
  'invitation',
  'projets',
  'autresDocuments',
] as const

export type SeanceData = Values<typeof convocationFields>
