/** Invoices, whoever brings them: statuses, pivot, history. */
export { base64Of } from './base64.ts'
export { datesOf, historyJson, readHistoryJson, readSmall, type DatesFacture } from './historique.ts'
export {
  CADRES_FACTURE,
  LIBELLES_PAIEMENT,
  MODES_PAIEMENT,
  REFERENCES_BANCAIRES,
  TYPES_FACTURE,
  TYPES_IDENTIFIANT,
} from './labels.ts'
export { pdfOf, PIVOT_VALUES, readPivot, type FacturePivot, type PieceFacture, type PivotValue } from './pivot.ts'
export {
  CHANGEMENTS_FACTURE,
  faultOfChange,
  faultOfPassage,
  isStatutFacture,
  libelleStatut,
  remainingStatuts,
  STATUTS_A_IMPORTER,
  STATUTS_FACTURE,
  STATUTS_FINAUX,
  STATUTS_RENVOYES,
  statutOfPivotCode,
  versionOf,
} from './statuts.ts'
