import { file, text } from '#core'
import { companion } from '../../steps/mailsec/index.ts'
import { annexes, FAMILY } from '../champs.ts'

/** What the recipient of a decision is shown: fewer facts than the form holds, and nothing required (`flows/rh.md`). */
export default companion({
  id: 'rh-document-individuel-destinataire',
  label: 'Document individuel : page des destinataires',
  family: FAMILY,
  fields: {
    titre: text('Titre', { title: true, pastell: 'titre_document' }),
    matricule: text('Matricule', { pastell: 'matricule_agent' }),
    prenom: text('Prénom', { pastell: 'prenom_agent' }),
    prenomsSuivants: text('Autres prénoms', { pastell: 'prenoms_suivants_agent' }),
    nomUsage: text("Nom d'usage", { pastell: 'nom_usage_agent' }),
    nomNaissance: text('Nom de naissance', { pastell: 'nom_naissance_agent' }),
    naissance: text('Date de naissance', { pastell: 'date_naissance_agent' }),
    courriel: text('Courriel', { pastell: 'email_agent' }),
    type: text('Type de document', { pastell: 'type_document' }),
    date: text('Date du document', { pastell: 'date_document' }),
    document: file('Document', { pastell: 'document' }),
    annexes,
    telephone: text('Téléphone', { pastell: 'telephone_agent' }),
  },
})
