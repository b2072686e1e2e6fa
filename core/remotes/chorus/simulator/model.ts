import type { StatutFacture } from '../../../contracts/portail-factures.ts'

export interface SimStructure {
  readonly id: number
  readonly siret: string
  readonly name: string
  readonly services: readonly { readonly id: number; readonly code: string; readonly name: string }[]
}

export interface SimAccount {
  readonly login: string
  readonly password: string
  /** What it sees as a recipient, and deposits for as a supplier. */
  readonly structures: readonly SimStructure[]
}

export interface SimPiece {
  readonly type: '01' | '02'
  readonly name: string
  /** Its bytes, or so many megabytes of them. */
  readonly content: string | number
  /** Carried in a zip of its own, as Chorus Pro does. */
  readonly zipped: boolean
}

export interface SimPassage {
  readonly at: Date
  readonly statut: StatutFacture
  readonly comment: string
}

export interface SimInvoice {
  readonly id: number
  readonly number: string
  readonly kind: 'FACTURE' | 'AVOIR'
  /** The list that shows it. */
  readonly space: 'FACTURE' | 'FACTURE_TRAVAUX' | 'TRAVAUX'
  readonly supplier: SimStructure
  readonly recipient: SimStructure
  readonly service: SimStructure['services'][number] | undefined
  readonly date: string
  readonly depositedOn: string
  /** Without tax. */
  readonly amount: number
  readonly order: string | undefined
  readonly market: string | undefined
  readonly pieces: readonly SimPiece[]
  /** Oldest first. */
  readonly history: SimPassage[]
  readonly flow: string | undefined
  downloaded: boolean
}

export const TOWN: SimStructure = {
  id: 164,
  siret: '21340172201787',
  name: 'VILLE DE DEMONSTRATION',
  services: [
    { id: 443, code: 'COMPTA', name: 'Service comptable' },
    { id: 444, code: 'TECH', name: 'Services techniques' },
  ],
}
export const COMMUNITY: SimStructure = {
  id: 165,
  siret: '20005050500012',
  name: 'AGGLO DE DEMONSTRATION',
  services: [],
}
export const SUPPLIER: SimStructure = {
  id: 300,
  siret: '00000000000018',
  name: 'PLOMBERIE DÉSIRÉ & FILS',
  services: [],
}

export const ACCOUNTS: readonly SimAccount[] = [
  { login: 'TECH_VILLE@cpp2026.fr', password: 'mot-de-passe-ville', structures: [TOWN] },
  { login: 'TECH_AGGLO@cpp2026.fr', password: 'mot-de-passe-agglo', structures: [COMMUNITY, TOWN] },
]

export const PIVOT_CODES: Readonly<Record<StatutFacture, string>> = {
  DEPOSEE: '01',
  EN_COURS_ACHEMINEMENT: '02',
  MISE_A_DISPOSITION: '03',
  A_RECYCLER: '04',
  REJETEE: '05',
  SUSPENDUE: '06',
  SERVICE_FAIT: '07',
  MANDATEE: '08',
  MISE_A_DISPOSITION_COMPTABLE: '09',
  COMPTABILISEE: '10',
  MISE_EN_PAIEMENT: '11',
  COMPLETEE: '12',
}

export const statutOf = (invoice: SimInvoice): StatutFacture => invoice.history.at(-1)?.statut ?? 'DEPOSEE'

/** What Chorus Pro says when it will not. */
export const refusal = (codeRetour: number, libelle: string) => ({ json: { codeRetour, libelle } })
