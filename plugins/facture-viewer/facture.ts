/** An invoice as people read it, whatever format carries it. Amounts and days are as the file writes them. */
export interface FactureLisible {
  /** « Facture Chorus Pro (pivot) », « Facture UBL »… */
  readonly format: string
  readonly titre: string
  readonly entete: readonly Ligne[]
  readonly parties: readonly Partie[]
  readonly lignes: readonly LigneFacture[]
  readonly tva: readonly Tva[]
  readonly totaux: Totaux
  readonly devise: string
  readonly paiement: readonly Ligne[]
  readonly notes: readonly string[]
  readonly pieces: readonly Piece[]
  /** What its format wants and the file does not give, in sentences. */
  readonly manques?: readonly string[]
}

/** A label and its value; without a value it is not shown. */
export type Ligne = readonly [label: string, value: string | undefined]

export interface Partie {
  readonly role: string
  readonly nom: string
  readonly lignes: readonly Ligne[]
}

export interface LigneFacture {
  readonly designation: string
  readonly reference: string
  readonly quantite: string
  readonly prixUnitaire: string
  readonly montantHt: string
  readonly taux: string
}

export interface Tva {
  readonly taux: string
  readonly base: string
  readonly montant: string
  readonly motif: string
}

export interface Totaux {
  readonly lignes?: string | undefined
  readonly ht?: string | undefined
  readonly tva?: string | undefined
  readonly ttc?: string | undefined
  readonly acompte?: string | undefined
  readonly net?: string | undefined
}

export interface Piece {
  readonly nom: string
  readonly type: string
  readonly description: string
  /** Which of the contents of the file, from 1; `undefined` when the invoice only names it. */
  readonly rang: number | undefined
}

/** Cents, so that sums are exact; `undefined` when it is no amount. */
export const centimes = (amount: string | undefined): number | undefined => {
  const [, sign, units, decimals = ''] = /^\s*([+-]?)(\d{1,13})(?:\.(\d+))?\s*$/u.exec(amount ?? '') ?? []
  if (units === undefined) return undefined
  const cents = Number(units) * 100 + Math.round(Number(`0.${decimals || '0'}`) * 100)
  return sign === '-' ? -cents : cents
}

const differs = (a: number | undefined, b: number | undefined, tolerance = 1): boolean =>
  a !== undefined && b !== undefined && Math.abs(Math.abs(a) - Math.abs(b)) > tolerance

const sum = (amounts: readonly string[]): number | undefined => {
  const cents = amounts.map(centimes)
  return cents.length === 0 || cents.includes(undefined)
    ? undefined
    : cents.reduce<number>((total, each) => total + (each ?? 0), 0)
}

/** What is missing from the invoice or does not add up, in sentences (formats/factures.md §6). A cent for each thing summed is rounding. */
export const ecarts = ({ totaux, tva, lignes, manques = [] }: FactureLisible): readonly string[] => {
  const { ht, ttc } = totaux
  const taxes = centimes(totaux.tva) ?? sum(tva.map(({ montant }) => montant))
  const [without, withTax] = [centimes(ht), centimes(ttc)]
  const lines = sum(lignes.map(({ montantHt }) => montantHt))
  return [
    ...manques,
    ...(without !== undefined && taxes !== undefined && differs(without + taxes, withTax)
      ? ['Le montant HT augmenté de la TVA ne donne pas le montant TTC.']
      : []),
    ...(differs(sum(tva.map(({ montant }) => montant)), centimes(totaux.tva), tva.length)
      ? ['Le détail de la TVA ne donne pas son total.']
      : []),
    ...(differs(lines, centimes(totaux.lignes ?? ht), lignes.length)
      ? ['La somme des lignes ne donne pas le total hors taxes.']
      : []),
  ]
}
