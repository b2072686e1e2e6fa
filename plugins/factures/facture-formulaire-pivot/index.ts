import {
  CADRES_FACTURE,
  choice,
  date,
  defineFlow,
  file,
  files,
  LIBELLES_PAIEMENT,
  MODES_PAIEMENT,
  REFERENCES_BANCAIRES,
  text,
  TYPES_FACTURE,
  TYPES_IDENTIFIANT,
} from '#core'
import { creationFacture, lirePivot } from '../../steps/creation-facture/index.ts'

/** A paper invoice typed in: its pivot is made here, and a « Facture Chorus Pro » follows it. */
export default defineFlow({
  id: 'facture-formulaire-pivot',
  version: 1,
  label: 'Facture Formulaire PIVOT',
  family: 'Finances',
  pastell: 'facture-formulaire-pivot',
  fields: {
    source: file('Pivot à reprendre', {
      accept: ['application/xml', 'text/xml'],
      help: 'Facultatif : un pivot déjà produit remplit le formulaire, et donne ses pièces.',
      pastell: 'fichier_facture',
    }),
    destinataire: text('Destinataire (Chorus Pro)', { pastell: 'destinataire' }),
    siret: text('SIRET du destinataire', {
      pattern: { regex: '^[0-9A-Za-z_]{14}$', message: 'Un SIRET compte quatorze caractères.' },
      help: 'Vide : celui que l’administrateur a réglé pour ce flux.',
      pastell: 'siret',
    }),
    service: text('Service destinataire (Chorus Pro)', { pastell: 'service_destinataire' }),
    codeService: text('Code du service destinataire', { pastell: 'service_destinataire_code' }),
    numeroEngagement: text('Numéro d’engagement', { pastell: 'facture_numero_engagement' }),
    numeroMarche: text('Numéro de marché', { pastell: 'facture_numero_marche' }),
    fournisseurType: choice('Type d’identifiant du fournisseur', TYPES_IDENTIFIANT, {
      help: 'Vide : un SIRET.',
      pastell: 'fournisseur_type_id',
    }),
    fournisseur: text('Identifiant du fournisseur', { required: true, pastell: 'fournisseur' }),
    fournisseurNom: text('Fournisseur', { required: true, index: true, pastell: 'fournisseur_raison_sociale' }),
    pays: text('Code du pays', {
      help: 'Vide : la France.',
      pattern: { regex: '^[0-9A-Za-z_]{2}$', message: 'Un pays s’écrit en deux lettres, par exemple « FR ».' },
      pastell: 'fournisseur_code_pays',
    }),
    banqueType: choice('Référence bancaire', REFERENCES_BANCAIRES, { pastell: 'fournisseur_ref_bancaire_type' }),
    banqueCompte: text('Compte bancaire', { pastell: 'fournisseur_ref_bancaire_compte' }),
    banqueEtablissement: text('Établissement bancaire', { pastell: 'fournisseur_ref_bancaire_etablissement' }),
    numero: text('Numéro de facture', { required: true, title: true, index: true, max: 20, pastell: 'no_facture' }),
    type: choice('Type', TYPES_FACTURE, { help: 'Vide : une facture.', pastell: 'facture_type' }),
    cadre: choice('Cadre de facturation', CADRES_FACTURE, {
      help: 'Vide : A1, facture d’un fournisseur.',
      pastell: 'facture_cadre',
    }),
    date: date('Date de la facture', { required: true, index: true, pastell: 'date_facture' }),
    dateReception: date('Date de réception', {
      help: 'Vide : le jour de l’envoi.',
      pastell: 'facture_date_reception',
    }),
    modeCode: choice('Mode de paiement', MODES_PAIEMENT, {
      help: 'Vide : un virement.',
      pastell: 'facture_mode_paiement_code',
    }),
    modeLibelle: choice('Libellé du mode de paiement', LIBELLES_PAIEMENT, { pastell: 'facture_mode_paiement_libelle' }),
    devise: text('Devise', {
      pattern: { regex: '^[A-Z]{3}$', message: 'Une devise s’écrit en trois capitales, par exemple « EUR ».' },
      help: 'Vide : celle que l’administrateur a réglée, ou l’euro.',
      pastell: 'facture_devise',
    }),
    montantHt: text('Montant HT', { required: true, pastell: 'facture_montant_ht' }),
    montantTtc: text('Montant TTC', { required: true, index: true, pastell: 'montant_ttc' }),
    montantNet: text('Net à payer', { required: true, pastell: 'facture_montant_net' }),
    lignes: file('Lignes de la facture (CSV)', {
      help: 'Par ligne : référence;prix unitaire;quantité;montant HT;taux de TVA.',
      maxBytes: 1_000_000,
      pastell: 'facture_fichier_lignes_csv',
    }),
    facture: file('Facture', {
      accept: ['application/pdf'],
      help: 'Obligatoire, sauf si le pivot à reprendre la contient.',
      pastell: 'facture_pj_01',
    }),
    annexes: files('Pièces complémentaires', { max: 99, pastell: 'facture_pj_02' }),
  },
  extract: { source: lirePivot },
  steps: fields => {
    const { numeroEngagement: engagement, numeroMarche: marche, ...rest } = fields
    return [creationFacture({ ...rest, engagement, marche }).as('creation')]
  },
})
