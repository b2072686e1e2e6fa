import { date, defineFlow, file, files, firstOf, flag, longText, mailList, text } from '#core'
import { donneesBordereau } from '../champs.ts'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { mailsec } from '../../steps/mailsec/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { metadonnees, transformation } from '../../steps/transformation/index.ts'

/** An exchange with a citizen, from web-GFC; a person chooses what follows after each step (`flows/documents-ged-parapheur.md`, gfc-dossier). */
export default defineFlow({
  id: 'gfc-dossier',
  version: 1,
  label: 'Dossier GFC',
  family: 'Relation citoyens',
  pastell: 'gfc-dossier',
  fields: {
    demande: text('Intitulé de la demande', { pastell: 'intitule_demande', page: 'Échange' }),
    reference: text("Référence de l'échange", { required: true, index: true, pastell: 'reference', page: 'Échange' }),
    intitule: text("Intitulé de l'échange", { required: true, title: true, pastell: 'intitule', page: 'Échange' }),
    origine: text('Origine', { pastell: 'origine', page: 'Échange' }),
    objet: longText('Objet', { pastell: 'objet', page: 'Échange' }),
    priorite: text('Priorité', { pastell: 'priorite', page: 'Échange' }),
    suivi: text('Suivi par', { pastell: 'suivi', page: 'Échange' }),
    delai: text('Délai de traitement', { pastell: 'delai', page: 'Échange' }),
    entree: date('Date de réception', { pastell: 'entree', page: 'Échange' }),
    creation: date("Date de création de l'échange", { pastell: 'creation', page: 'Échange' }),
    type: text("Type d'échange", { pastell: 'echange_type', page: 'Échange' }),
    sousType: text("Sous-type d'échange", { pastell: 'echange_sous_type', page: 'Échange' }),
    document: file('Document', {
      required: true,
      accept: ['application/pdf'],
      pastell: 'document',
      page: 'Échange',
    }),
    pieces: files('Pièces jointes', { pastell: 'pj', page: 'Échange' }),
    metadonnees: metadonnees({ page: 'Échange' }),
    contactNom: text('Nom du contact', { index: true, pastell: 'nom_contact', page: 'Contact' }),
    contactPrenom: text('Prénom du contact', { pastell: 'prenom_contact', page: 'Contact' }),
    contactAdresse: text('Adresse du contact', { pastell: 'adresse_contact', page: 'Contact' }),
    contactComplement: text("Complément d'adresse du contact", {
      pastell: 'adresse_complement_contact',
      page: 'Contact',
    }),
    contactCourriel: mailList('Adresse électronique du contact', { pastell: 'email_contact', page: 'Contact' }),
    contactFonction: text('Fonction du contact', { pastell: 'fonction_contact', page: 'Contact' }),
    organismeNom: text("Nom de l'organisme", { index: true, pastell: 'nom_organisme', page: 'Contact' }),
    organismeAdresse: text("Adresse de l'organisme", { pastell: 'adresse_organisme', page: 'Contact' }),
    organismeComplement: text("Complément d'adresse de l'organisme", {
      pastell: 'adresse_complement_organisme',
      page: 'Contact',
    }),
    organismeCourriel: mailList("Adresse électronique de l'organisme", {
      pastell: 'email_organisme',
      page: 'Contact',
    }),
    envoiSignature: flag('Signature', { pastell: 'envoi_signature', page: 'Cheminement' }),
    envoiMailsec: flag('Mail sécurisé', { pastell: 'envoi_mailsec', page: 'Cheminement' }),
    envoiDepot: flag('Dépôt en GED', { pastell: 'envoi_depot', page: 'Cheminement' }),
    envoiSae: flag('Archivage', { pastell: 'envoi_sae', page: 'Cheminement' }),
    saeConfig: donneesBordereau({ page: 'Cheminement' }),
  },
  steps({ intitule, document, pieces, envoiSignature, envoiMailsec, envoiDepot, envoiSae, saeConfig }) {
    const visa = signature({ titre: intitule, document, annexes: pieces })
    const signed = firstOf(visa.fields.signe, document)
    return [
      transformation({}),
      visa.when(envoiSignature).thenWait(),
      mailsec({ titre: intitule, document: signed, annexes: pieces }).when(envoiMailsec).thenWait(),
      depotGed({}).when(envoiDepot).thenWait(),
      archivage({ valeurs: saeConfig }).when(envoiSae).thenWait(),
    ]
  },
})
