import { date, file, files, text } from '#core'
import { metadonnees as metadonneesDe } from '../steps/transformation/index.ts'

export const FAMILY = 'Ressources humaines'

/** Names in Pastell of the flows of the family: `matricule_agent`, `nom_collectivite` (`flows/rh.md`). */
export const agentFields = {
  titre: text('Titre', { required: true, title: true, pastell: 'titre_document' }),
  matricule: text('Matricule', { required: true, index: true, pastell: 'matricule_agent' }),
  prenom: text('Prénom', { required: true, pastell: 'prenom_agent' }),
  prenomsSuivants: text('Autres prénoms', { help: 'Séparés par des espaces.', pastell: 'prenoms_suivants_agent' }),
  nomUsage: text("Nom d'usage", { pastell: 'nom_usage_agent' }),
  nomNaissance: text('Nom de naissance', { pastell: 'nom_naissance_agent' }),
  naissance: date('Date de naissance', { required: true, notAfterToday: true, pastell: 'date_naissance_agent' }),
  courriel: text('Courriel', { pastell: 'email_agent' }),
  telephone: text('Téléphone', { pastell: 'telephone_agent' }),
  metier: text('Métier', { pastell: 'metier_agent' }),
  statut: text('Statut', { pastell: 'statut_agent' }),
  grade: text('Grade', { pastell: 'grade_agent' }),
}

export const collectiviteFields = {
  siret: text('SIRET de la collectivité', {
    required: true,
    pattern: { regex: '^[0-9]{14}$', message: 'Un SIRET compte quatorze chiffres, sans espace.' },
    pastell: 'siret_collectivite',
  }),
  collectivite: text('Nom de la collectivité', { pastell: 'nom_collectivite' }),
}

export const annexes = files('Annexes', { pastell: 'annexes' })

export const metadonnees = metadonneesDe({ accept: ['application/json', 'application/xml'] })

/** Elements of a file to be archived whole. */
export const dossierZip = file('Dossier (ZIP)', {
  required: true,
  accept: ['application/zip'],
  help: 'Un ZIP avec un seul dossier à sa racine.',
  pastell: 'dossier',
})

/** First page of a payslip, which is also what its recipient is shown. */
export const bulletinFields = {
  ...agentFields,
  courriel: text('Courriel', {
    required: true,
    help: 'Le mail sécurisé part aux destinataires saisis plus loin : une transformation peut y recopier cette adresse.',
    pastell: 'email_agent',
  }),
  ...collectiviteFields,
  date: date('Date du document', { required: true, pastell: 'date_document' }),
  mois: text('Mois du bulletin', { required: true, pastell: 'mois_bulletin' }),
  annee: text('Année du bulletin', { required: true, pastell: 'annee_bulletin' }),
  document: file('Bulletin de salaire (PDF)', { required: true, accept: ['application/pdf'], pastell: 'document' }),
  annexes,
}
