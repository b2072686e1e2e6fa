/** Invoices, whoever brings them: statuses, pivot, history. */
export { datesOf, historyJson, type DatesFacture } from './historique.ts'
export { pdfOf, PIVOT_VALUES, readPivot, type FacturePivot, type PieceFacture, type PivotValue } from './pivot.ts'
export {
  faultOfChange,
  isStatutFacture,
  remainingStatuts,
  STATUTS_A_IMPORTER,
  STATUTS_FACTURE,
  statutOfPivotCode,
  versionOf,
} from './statuts.ts'
