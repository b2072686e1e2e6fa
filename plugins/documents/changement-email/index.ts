import { defineFlow, text } from '#core'
import { decisionEmail } from './decision.ts'

export { decisionEmail } from './decision.ts'

/** A new address for an account, accepted or refused by an administrator (`flows/documents-ged-parapheur.md`, changement-email). */
export default defineFlow({
  id: 'changement-email',
  version: 1,
  label: "Changement d'email",
  family: 'Administration',
  pastell: 'changement-email',
  fields: {
    compteId: text('Numéro du compte', { hidden: true, pastell: 'id_u' }),
    login: text('Identifiant du compte', { required: true, title: true, max: 128, pastell: 'login' }),
    nom: text('Nom', { pastell: 'nom' }),
    prenom: text('Prénom', { pastell: 'prenom' }),
    actuelle: text('Adresse actuelle', { pastell: 'email_actuel' }),
    demandee: text('Adresse demandée', {
      required: true,
      max: 254,
      pattern: {
        regex: '^[^\\s@,;<>]+@[^\\s@,;<>]+\\.[^\\s@,;<>]+$',
        message: 'Donnez une seule adresse, sans nom : par exemple « camille.durand@ville.fr ».',
      },
      pastell: 'email_demande',
    }),
  },
  steps: ({ login, demandee }) => [decisionEmail({ login, demande: demandee })],
})
