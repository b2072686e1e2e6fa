import {
  allOf,
  CADRES_FACTURE,
  choice,
  date,
  defineFlow,
  file,
  files,
  flag,
  is,
  not,
  text,
  TYPES_FACTURE,
  TYPES_IDENTIFIANT,
} from '#core'
import { controleStatut } from '../../steps/controle-statut/index.ts'
import { decisionVisa } from '../../steps/decision-visa/index.ts'
import { depotAutomatique } from '../../steps/depot-automatique/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { miseADisposition } from '../../steps/mise-a-disposition/index.ts'
import { orientation } from '../../steps/orientation/index.ts'
import { receptionFacture } from '../../steps/reception-facture/index.ts'
import { archivage } from '../../steps/sae/index.ts'
import { champsSuivi, statutFacture } from '../../steps/statut-facture/index.ts'
import { suiviFacture } from '../../steps/suivi-facture/index.ts'
import { visaFacture } from '../../steps/visa-facture/index.ts'

const ORIGINES = {
  CPP: 'Chorus Pro',
  CPP_TRAVAUX: 'Chorus Pro, factures de travaux',
  CSV: 'Chorus Pro, fichier de comptes',
  PIVOT: 'Formulaire pivot',
  GLANEUR: 'Fichier reçu',
}

/** Received invoices, from Chorus Pro or elsewhere: visa, deposit, finance software, archiving, and their status followed both ways. */
export default defineFlow({
  id: 'facture-cpp',
  version: 1,
  label: 'Facture Chorus Pro',
  family: 'Finances',
  pastell: 'facture-cpp',
  fields: {
    numero: text('Numéro de facture', { computed: true, title: true, index: true, pastell: 'no_facture' }),
    ...champsSuivi({ idFacture: 'id_facture_cpp', statut: 'statut_cpp' }),
    dateStatut: date('Statut constaté le', {
      computed: true,
      index: true,
      hidden: true,
      pastell: 'date_statut_courant',
    }),
    compte: text('Compte technique', { computed: true, index: true, hidden: true, pastell: 'utilisateur_technique' }),
    origine: choice('Origine', ORIGINES, { computed: true, index: true, pastell: 'type_integration' }),
    fournisseurNom: text('Fournisseur', { computed: true, index: true, pastell: 'fournisseur_raison_sociale' }),
    fournisseur: text('Identifiant du fournisseur', { computed: true, index: true, pastell: 'fournisseur' }),
    fournisseurType: choice('Type d’identifiant', TYPES_IDENTIFIANT, { computed: true, pastell: 'type_identifiant' }),
    type: choice('Type', TYPES_FACTURE, { computed: true, pastell: 'type_facture' }),
    cadre: choice('Cadre de facturation', CADRES_FACTURE, { computed: true, index: true, pastell: 'facture_cadre' }),
    date: date('Date de la facture', { computed: true, index: true, pastell: 'date_facture' }),
    dateDepot: date('Date de dépôt', { computed: true, index: true, pastell: 'date_depot' }),
    montantHt: text('Montant HT', { computed: true }),
    montantTtc: text('Montant TTC', { computed: true, index: true, pastell: 'montant_ttc' }),
    montantNet: text('Net à payer', { computed: true }),
    devise: text('Devise', { computed: true }),
    destinataire: text('Destinataire (Chorus Pro)', { computed: true, pastell: 'destinataire' }),
    siret: text('SIRET du destinataire', { computed: true, index: true, pastell: 'siret' }),
    service: text('Service destinataire (Chorus Pro)', { computed: true, pastell: 'service_destinataire' }),
    codeService: text('Code du service destinataire', { index: true, pastell: 'service_destinataire_code' }),
    numeroEngagement: text('Numéro d’engagement', { index: true, pastell: 'facture_numero_engagement' }),
    numeroMarche: text('Numéro de marché', { index: true, pastell: 'facture_numero_marche' }),
    pivot: file('Facture (pivot XML)', {
      required: true,
      accept: ['application/xml', 'text/xml'],
      pastell: 'fichier_facture',
    }),
    pdf: file('Facture lisible (PDF)', { computed: true, pastell: 'fichier_facture_pdf' }),
    original: file('Facture du fournisseur', { computed: true, pastell: 'facture_pj_01' }),
    annexes: files('Pièces complémentaires', { computed: true, pastell: 'facture_pj_02' }),
    envoiVisa: flag('Visa', { pastell: 'envoi_visa' }),
    envoiGed: flag('Dépôt en GED', { pastell: 'envoi_ged' }),
    miseADisposition: flag('Mise à disposition de la gestion financière', { pastell: 'check_mise_a_dispo_gf' }),
    envoiSae: flag('Archivage', { pastell: 'envoi_sae' }),
    envoiAuto: flag('Cheminement automatique', {
      help: 'Coché, la facture suit les étapes choisies sans attendre. Sinon, elle attend qu’un agent choisisse et poursuive.',
      pastell: 'envoi_auto',
    }),
  },
  steps(fields) {
    const { surPortail, annulee, idFacture, statut, historiqueFichier, pivot } = fields
    const facture = { surPortail, idFacture, statut, historiqueFichier }
    const { codeService, numeroEngagement, numeroMarche, siret, montantTtc } = fields
    const visa = visaFacture({
      titre: idFacture,
      document: fields.pdf,
      annexes: fields.annexes,
      codeService,
      numeroEngagement,
      numeroMarche,
      siret,
      montantTtc,
    }).as('visa')
    return [
      receptionFacture({ pivot, idFacture, statut }).as('reception'),
      depotAutomatique({ document: fields.pdf, donnees: pivot, annexes: fields.annexes }),
      statutFacture({ ...facture, annulee }).as('chorus'),
      orientation({}).when(is(fields.envoiAuto, false)).thenWait(),
      controleStatut({ ...facture, annulee })
        .as('avantVisa')
        .labelled('Contrôle avant visa')
        .set({ usage: 'visa', case: 'envoiVisa' })
        .when(fields.envoiVisa)
        .pastell({ 'states.ecarte': 'send-iparapheur-annule' }),
      visa.when(fields.envoiVisa).pastell({ 'states.aEnvoyer': 'prepare-iparapheur', 'fields.bordereau': 'bordereau' }),
      decisionVisa({ ...facture, vise: visa.fields.signe, motifRefus: visa.fields.motifRefus }).when(fields.envoiVisa),
      controleStatut({ ...facture, annulee })
        .as('avantDepot')
        .labelled('Contrôle avant dépôt')
        .set({ usage: 'depot', case: 'envoiGed' })
        .when(fields.envoiGed)
        .pastell({ 'states.ecarte': 'send-ged-annule' }),
      depotGed({}).when(fields.envoiGed).pastell({ 'states.aDeposer': 'prepare-ged' }),
      miseADisposition({}).as('finances').when(fields.miseADisposition),
      archivage({}).when(fields.envoiSae),
      suiviFacture(facture)
        .as('suivi')
        .when(allOf(is(surPortail, true), not(is(annulee, true)))),
    ]
  },
})
