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

/** A status of another circuit (works invoices have their own), as the portal writes it. */
export type AutreStatut = string & Record<never, never>

export interface PassageFacture {
  readonly statut: StatutFacture | AutreStatut
  /** Instant, ISO 8601 with offset. */
  readonly at: string
  readonly comment?: string | undefined
  /** Who did it, when the portal tells. */
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
  /** Number of this passage at the portal. */
  readonly id?: string | undefined
}

export interface HistoriqueFacture {
  /** The current one. */
  readonly statut: StatutFacture | AutreStatut
  /** Oldest first. */
  readonly passages: readonly PassageFacture[]
}

export type ChangementStatut =
  | { readonly is: 'done'; readonly statut: StatutFacture }
  /** The portal refuses this change; `statut` is the current one when it says so. */
  | { readonly is: 'refused'; readonly reason: string; readonly statut?: StatutFacture | AutreStatut | undefined }

export interface FluxADeposer {
  readonly key: string
  readonly file: FileRef
  /** `IN_DP_E2_CII_FACTURX`…, listed by `syntaxes()`. */
  readonly syntaxe: string
  readonly signed: boolean
  /** What is needed to look the invoice up before it is sent: without it, a deposit whose answer was lost wants an agent. */
  readonly numeroFacture?: string | undefined
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
  /** Before a rebate on the whole; the amount to pay when left out. */
  readonly montantAvantRemise?: number | undefined
  /** To pay. */
  readonly montantTtc: number
  readonly piecesJointes: readonly FileRef[]
}

/** What the portal reads in the PDF of an invoice. Nothing is submitted: a person checks it first. */
export type LecturePdf =
  | {
      readonly is: 'read'
      /** Number of the PDF at the portal. */
      readonly piece: string
      readonly code?: string | undefined
      readonly libelle?: string | undefined
      /** The structure of the account at the portal, which will be the supplier. */
      readonly idFournisseur: string
      readonly idServiceFournisseur?: string | undefined
      readonly values: LuDansPdf
    }
  | { readonly is: 'refused'; readonly reason: string }

/** Each only when it was found. */
export interface LuDansPdf {
  readonly numeroFacture?: string | undefined
  /** `YYYY-MM-DD`. */
  readonly dateFacture?: string | undefined
  readonly siret?: string | undefined
  readonly service?: string | undefined
  /** The supplier, as the PDF names it: SIRET, VAT number. */
  readonly fournisseur?: string | undefined
  readonly devise?: string | undefined
  readonly typeFacture?: string | undefined
  readonly typeTva?: string | undefined
  readonly numeroBonCommande?: string | undefined
  readonly montantHt?: number | undefined
  readonly montantTva?: number | undefined
  readonly montantAvantRemise?: number | undefined
  readonly montantTtc?: number | undefined
}

/** An invoice that the portal holds. */
export interface FactureDeposee {
  readonly id: string
  readonly statut: StatutFacture | AutreStatut
}

/** An invoice received, and its supplier's structure at the portal. */
export type FactureRecue = FactureDeposee & { readonly idFournisseur?: string | undefined }

export type DepotFacture =
  | { readonly is: 'sent'; readonly id: string }
  /** Nothing was sent: the portal already holds the invoice of this number, most often because the answer to a first sending was lost. */
  | { readonly is: 'known'; readonly facture: FactureDeposee }
  | { readonly is: 'refused'; readonly reason: string }

/** The report of a flow as the portal writes it. */
export interface CompteRenduFlux {
  readonly interface?: string | undefined
  readonly etat?: string | undefined
  /** As the portal writes it. */
  readonly date?: string | undefined
  readonly fichier?: string | undefined
  /** All of it. */
  readonly contenu: Readonly<Record<string, unknown>>
}

export type RapportFlux = EtatFlux & { readonly compteRendu?: CompteRenduFlux | undefined }

export type EtatFlux =
  | { readonly is: 'pending'; readonly message: string }
  | { readonly is: 'integrated'; readonly factures: readonly FactureDeposee[] }
  /** Some or all of the invoices were rejected. */
  | { readonly is: 'rejected'; readonly partial: boolean; readonly reasons: readonly string[] }
  /** The portal could not process the flow: the whole of it must be sent again. */
  | { readonly is: 'incident'; readonly reason: string }

export interface MotifChangement {
  /** Needed to suspend or reject. Cut to what the portal takes (255 characters). */
  readonly reason?: string | undefined
  /** Number of the payment order, sent with MANDATEE. */
  readonly numeroMandat?: string | undefined
  /**
   * Instant of the first attempt, ISO 8601: a passage to the target since then is ours, even when the invoice has moved on. Without it, an
   * invoice suspended by an attempt whose answer was lost, then completed by its supplier, would be suspended a second time.
   */
  readonly since?: string | undefined
  /**
   * Statuses that the change was asked on. When the invoice was moved elsewhere meanwhile, nothing is asked and the answer is a refusal
   * (`faultOfSurprise`). Left out: any.
   */
  readonly seen?: readonly string[] | undefined
}

/**
 * A portal of invoices. Received ones come by a schedule (`inbox.deliver`); these are the operations that a document asks for.
 * Identifiers are those of the portal (`idFacture`, `numeroFluxDepot`), as the schedule wrote them in `id_facture_cpp`.
 */
export interface PortailFactures {
  /** @throws PermanentError when the portal knows no such invoice, or does not show it to this account */
  history(id: string): Promise<HistoriqueFacture>
  /** The invoice as the portal gives it, already in the store. `pivot` is the XML pivot, `pdf` the readable view. */
  download(id: string, form: 'pivot' | 'pdf'): Promise<FileRef>
  /**
   * Brings an invoice to a status, or through several in order (`['SERVICE_FAIT', 'MANDATEE']`). Looks at the history first: what already
   * took place is not asked again, and a change that took place whole is `done`. Safe to call again after a lost answer.
   */
  changeStatus(
    id: string,
    statut: StatutFacture | readonly StatutFacture[],
    more: MotifChangement,
  ): Promise<ChangementStatut>
  syntaxes(): Promise<readonly Choice[]>
  /**
   * Deposits a structured flow. The portal takes no key: the invoice is looked up first by its number. It appears there only once the
   * flow is integrated, so after a lost answer the caller waits and looks (`findDeposited`) before it calls again.
   */
  depositFlow(flux: FluxADeposer): Promise<DepotFacture>
  /** `id` is what `depositFlow` gave. */
  flowReport(id: string): Promise<RapportFlux>
  /** Gives a PDF to the portal to be read. Twice, it only leaves an orphan there. */
  readPdf(pdf: FileRef): Promise<LecturePdf>
  /** Deposits a PDF and submits its invoice. The invoice is looked up first, and again when called after a lost answer. */
  depositPdf(pdf: PdfADeposer): Promise<DepotFacture>
  /** The invoice of this number that this account has deposited, if any. `date` is that of the invoice. */
  findDeposited(facture: {
    readonly numeroFacture: string
    readonly date?: string | undefined
  }): Promise<FactureDeposee | undefined>
  /** The invoice of this number that this account has received from a supplier (its SIRET), if any. */
  findReceived(facture: {
    readonly numeroFacture: string
    readonly fournisseur: string
  }): Promise<FactureRecue | undefined>
  /** Active services of the recipient of this SIRET. */
  services(by: { readonly siret: string }): Promise<readonly Choice[]>
}
