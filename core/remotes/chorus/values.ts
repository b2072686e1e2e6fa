import type { FileRef } from '../../authoring/values.ts'
import { datesOf } from '../../contracts/factures/historique.ts'
import { pdfOf, type FacturePivot } from '../../contracts/factures/pivot.ts'
import type { HistoriqueFacture } from '../../contracts/portail-factures.ts'
import type { FoundInvoice, Origin } from './search.ts'

/** Everything that an import knows of an invoice. */
export interface ImportedInvoice {
  readonly found: FoundInvoice
  /** Its identifier here: that of Chorus Pro, with a suffix when several accounts are read. */
  readonly id: string
  readonly origin: Origin | 'CSV'
  /** The technical account, when it says something. */
  readonly account: string | undefined
  readonly history: HistoriqueFacture
  readonly historyFile: FileRef
  readonly pivotFile: FileRef
  readonly pivot: FacturePivot
  /** The view of Chorus Pro, when the pivot holds no PDF. */
  readonly view: FileRef | undefined
}

const day = (written: string | undefined): string | undefined => /^\d{4}-\d{2}-\d{2}/u.exec(written ?? '')?.[0]

/** The one file of a type, or several. */
const piecesOf = ({ pieces }: FacturePivot, type: '01' | '02'): readonly FileRef[] =>
  pieces.filter(piece => piece.type === type).map(({ file }) => file)

/** Field of the flow → where it comes from (`flows/factures.md`, facture-cpp). The pivot speaks for the supplier, the search for the portal. */
export const INVOICE_VALUES: Readonly<Record<string, (invoice: ImportedInvoice) => unknown>> = {
  is_cpp: ({ origin }) => origin !== 'CSV',
  type_integration: ({ origin }) => origin,
  utilisateur_technique: ({ account }) => account,
  id_facture_cpp: ({ id }) => id,
  statut_cpp: ({ history }) => history.statut,
  histo_statut_cpp: ({ historyFile }) => historyFile,
  date_statut_courant: ({ found }) => day(found.statutAt),
  date_passage_statut: ({ history }) => datesOf(history).date_passage_statut,
  date_mise_a_dispo: ({ history }) => datesOf(history).date_mise_a_dispo,
  date_fin_suspension: ({ history }) => datesOf(history).date_fin_suspension,
  destinataire: ({ found }) => found.destinataire,
  siret: ({ found, pivot }) => found.siret ?? pivot.values.siret,
  service_destinataire: ({ found }) => found.service,
  service_destinataire_code: ({ found, pivot }) => pivot.values.service_destinataire_code ?? found.serviceCode,
  facture_numero_engagement: ({ found, pivot }) => pivot.values.facture_numero_engagement ?? found.bonCommande,
  facture_numero_marche: ({ found, pivot }) => pivot.values.facture_numero_marche ?? found.marche,
  fournisseur: ({ found, pivot }) => found.fournisseur ?? pivot.values.fournisseur,
  fournisseur_raison_sociale: ({ found, pivot }) => found.fournisseurNom ?? pivot.values.fournisseur_raison_sociale,
  type_identifiant: ({ pivot }) => pivot.values.type_identifiant,
  type_facture: ({ pivot }) => pivot.values.type_facture,
  facture_cadre: ({ pivot }) => pivot.values.facture_cadre,
  no_facture: ({ found, pivot }) => found.numero ?? pivot.values.no_facture,
  date_facture: ({ found, pivot }) => day(found.dateFacture) ?? day(pivot.values.date_facture),
  date_depot: ({ found }) => day(found.dateDepot),
  montant_ttc: ({ found, pivot }) => pivot.values.montant_ttc ?? found.montantTtc,
  fichier_facture: ({ pivotFile }) => pivotFile,
  facture_pj_01: ({ pivot }) => piecesOf(pivot, '01')[0],
  facture_pj_02: ({ pivot }) => [...piecesOf(pivot, '01').slice(1), ...piecesOf(pivot, '02')],
  fichier_facture_pdf: ({ pivot, view }) => pdfOf(pivot) ?? view,
}

/** The values of a new document; what is not known is left out. */
export const valuesOf = (invoice: ImportedInvoice): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(INVOICE_VALUES)
      .map(([name, read]) => [name, read(invoice)] as const)
      .filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  )
