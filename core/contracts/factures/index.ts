/** Invoices, whoever brings them: statuses, pivot, history. */
export { base64Of } from './base64.ts'
export { datesOf, historyJson, readHistoryJson, readSmall, type DatesFacture } from './historique.ts'
export {
  CADRES_DEPOT,
  CADRES_FACTURE,
  LIBELLES_PAIEMENT,
  MODES_DEPOT,
  MODES_PAIEMENT,
  REFERENCES_BANCAIRES,
  SYNTAXES_DEPOT,
  TYPES_DEPOT,
  TYPES_FACTURE,
  TYPES_IDENTIFIANT,
  TYPES_TVA,
} from './labels.ts'
export { faultsOfPivot } from './pivot-faults.ts'
export {
  pdfOf,
  PIVOT_VALUES,
  readPivot,
  readPivotValues,
  type FacturePivot,
  type PieceFacture,
  type PivotValue,
} from './pivot.ts'
export {
  CHANGEMENTS_FACTURE,
  faultOfChange,
  faultOfPassage,
  faultOfSurprise,
  isStatutFacture,
  libelleStatut,
  remainingStatuts,
  STATUTS_A_IMPORTER,
  STATUTS_FACTURE,
  STATUTS_FINAUX,
  STATUTS_RENVOYES,
  statutOfPivotCode,
  versionsOf,
} from './statuts.ts'
