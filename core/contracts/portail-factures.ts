import type { Choice, FileRef } from '../authoring/values.ts'

/** Statuses of an invoice, by their code in the API of Chorus Pro (connectors/chorus-pro.md §4). */
export type StatutFacture =
  | 'DEPOSEE'
  | 'EN_COURS_ACHEMINEMENT'
  | 'MISE_A_DISPOSITION'
  | 'A_RECYCLER'
  | 'REJETEE'
  | 'SUSPENDUE'
  | 'SERVICE_FAIT'
  | 'MANDATEE'
  | 'MISE_A_DISPOSITION_COMPTABLE'
  | 'COMPTABILISEE'
  | 'MISE_EN_PAIEMENT'
  | 'COMPLETEE'

export interface PassageFacture {
  readonly statut: StatutFacture
  /** Instant, ISO 8601 with offset. */
  readonly at: string
  readonly comment?: string | undefined
  readonly author?: string | undefined
}

export interface HistoriqueFacture {
  readonly statut: StatutFacture
  /** Oldest first. */
  readonly passages: readonly PassageFacture[]
}

export type ChangementStatut =
  | { readonly is: 'done'; readonly statut: StatutFacture }
  /** The portal refuses this change; `statut` is the current one when it says so. */
  | { readonly is: 'refused'; readonly reason: string; readonly statut?: StatutFacture | undefined }

export interface FluxADeposer {
  readonly key: string
  readonly file: FileRef
  /** `IN_DP_E2_CII_FACTURX`…, listed by `syntaxes()`. */
  readonly syntaxe: string
  readonly signed: boolean
  /** What is needed to look the invoice up after an answer was lost. */
  readonly numeroFacture?: string | undefined
  readonly siretFournisseur?: string | undefined
}

export interface PdfADeposer {
  readonly key: string
  readonly pdf: FileRef
  readonly destinataire: { readonly siret: string; readonly service?: string | undefined }
  readonly numeroFacture: string
  /** `YYYY-MM-DD`. */
  readonly dateFacture: string
  readonly cadre: string
  readonly typeFacture: string
  readonly typeTva: string
  readonly devise: string
  readonly numeroBonCommande?: string | undefined
  readonly numeroMarche?: string | undefined
  readonly montantHt: number
  readonly montantTva: number
  readonly montantTtc: number
  readonly piecesJointes: readonly FileRef[]
}

export type DepotFacture =
  { readonly is: 'sent'; readonly id: string } | { readonly is: 'refused'; readonly reason: string }

export type RapportFlux =
  | { readonly is: 'pending'; readonly message: string }
  | { readonly is: 'integrated'; readonly factures: readonly { readonly id: string; readonly statut: StatutFacture }[] }
  /** Some or all of the invoices were rejected. */
  | { readonly is: 'rejected'; readonly partial: boolean; readonly reasons: readonly string[] }
  /** The portal could not process the flow: the whole of it must be sent again. */
  | { readonly is: 'incident'; readonly reason: string }

/**
 * A portal of invoices. Received ones come by a schedule (`inbox.deliver`); these are the operations that a document asks for.
 * Identifiers are those of the portal (`idFacture`, `numeroFluxDepot`).
 */
export interface PortailFactures {
  history(id: string): Promise<HistoriqueFacture>
  /** The invoice as the portal gives it, already in the store. `pivot` is the XML pivot, `pdf` the readable view. */
  download(id: string, form: 'pivot' | 'pdf'): Promise<FileRef>
  /** Looks at the current status first: a change that already took place is `done`. `reason` is needed to suspend or reject. */
  changeStatus(
    id: string,
    statut: StatutFacture,
    more: { readonly reason?: string | undefined; readonly numeroMandat?: string | undefined },
  ): Promise<ChangementStatut>
  syntaxes(): Promise<readonly Choice[]>
  depositFlow(flux: FluxADeposer): Promise<DepotFacture>
  /** `id` is what `depositFlow` gave. */
  flowReport(id: string): Promise<RapportFlux>
  depositPdf(pdf: PdfADeposer): Promise<DepotFacture>
  /** The invoice of this number that this account has deposited, if any. */
  findDeposited(facture: {
    readonly numeroFacture: string
    readonly date?: string | undefined
  }): Promise<{ readonly id: string; readonly statut: StatutFacture } | undefined>
  /** Active services of the recipient of this SIRET. */
  services(by: { readonly siret: string }): Promise<readonly Choice[]>
}
