import {
  CADRES_DEPOT,
  choice,
  date,
  defineFlow,
  file,
  files,
  flag,
  MODES_DEPOT,
  number,
  SYNTAXES_DEPOT,
  text,
  TYPES_DEPOT,
  TYPES_TVA,
} from '#core'
import { depotChorus } from '../../steps/depot-chorus/index.ts'
import { lectureFacture } from '../../steps/lecture-facture/index.ts'
import { archivage } from '../../steps/sae/index.ts'
import { champsSuivi } from '../../steps/statut-facture/index.ts'
import { suiviDepot } from '../../steps/suivi-depot/index.ts'

/** Invoices that the authority issues: deposited on Chorus Pro, followed until their payment, archived. */
export default defineFlow({
  id: 'facture-chorus-fournisseur',
  version: 1,
  label: 'Facture Chorus fournisseur',
  family: 'Finances',
  pastell: 'facture-chorus-fournisseur',
  fields: {
    mode: choice('Mode de dépôt', MODES_DEPOT, { required: true, default: 'DEPOT_PDF_API', pastell: 'depot_type' }),
    fichier: file('Facture', {
      required: true,
      accept: ['application/pdf', 'application/xml'],
      help: 'Un PDF, ou le fichier structuré du mode XML.',
      pastell: 'fichier_facture_pdf',
    }),
    syntaxe: choice('Syntaxe', SYNTAXES_DEPOT, { help: 'Pour le mode XML.', pastell: 'syntaxe_flux_in' }),
    numero: text('Numéro de facture', {
      title: true,
      index: true,
      max: 20,
      help: 'Vide, avec un PDF : Chorus Pro lit la facture, puis vous vérifiez ce qu’il a rempli.',
      pastell: 'numero_facture',
    }),
    date: date('Date de la facture', { pastell: 'date_facture' }),
    siret: text('SIRET du destinataire', {
      pattern: { regex: '^\\d{14}$', message: 'Un SIRET compte quatorze chiffres.' },
      pastell: 'code_destinataire',
    }),
    service: text('Code du service destinataire', { pastell: 'code_service_executant' }),
    cadre: choice('Cadre de facturation', CADRES_DEPOT, {
      default: 'A1_FACTURE_FOURNISSEUR',
      pastell: 'cadre_facturation',
    }),
    type: choice('Type de facture', TYPES_DEPOT, { default: 'FACTURE', pastell: 'type_facture' }),
    typeTva: choice('Régime de TVA', TYPES_TVA, { default: 'TVA_SUR_DEBIT', pastell: 'type_tva' }),
    devise: text('Devise', {
      default: 'EUR',
      pattern: { regex: '^[A-Z]{3}$', message: 'Une devise s’écrit en trois capitales, par exemple « EUR ».' },
      pastell: 'code_devise_facture',
    }),
    bonCommande: text('Numéro d’engagement', { pastell: 'numero_bon_commande' }),
    montantHt: number('Montant HT', { pastell: 'montant_ht_total' }),
    montantTva: number('Montant de la TVA', { pastell: 'montant_tva' }),
    montantAvantRemise: number('Montant TTC avant remise', {
      help: 'Vide : le montant à payer.',
      pastell: 'montant_ttc_avant_remise_global_ttc',
    }),
    montantTtc: number('Montant TTC à payer', { pastell: 'montant_a_payer' }),
    annexes: files('Pièces complémentaires', { max: 20 }),
    envoiSae: flag('Archivage', { pastell: 'envoi_sae' }),
    ...champsSuivi({ idFacture: 'identifiant_facture_cpp', statut: 'statut_facture' }),
  },
  steps(fields) {
    const { mode, fichier, syntaxe, numero, date: day, siret, service, cadre, type, typeTva, devise } = fields
    const { bonCommande, montantHt, montantTva, montantAvantRemise, montantTtc, annexes, idFacture, statut, envoiSae } =
      fields
    const facture = {
      ...{ mode, fichier, syntaxe, numero, date: day, siret, service, cadre, type, typeTva, devise },
      ...{ bonCommande, montantHt, montantTva, montantAvantRemise, montantTtc },
    }
    return [
      lectureFacture(facture).as('lecture'),
      depotChorus({ ...facture, annexes }).as('depot'),
      suiviDepot({ idFacture, statut }).as('suivi'),
      archivage({}).when(envoiSae),
    ]
  },
})
