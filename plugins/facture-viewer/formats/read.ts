import { at, childrenOf, type XmlElement } from '#core'

/** Text at the end of a path of local names; `undefined` when it is absent or empty. */
export const texte = (element: XmlElement | undefined, ...path: readonly string[]): string | undefined =>
  at(element, ...path)?.text || undefined

/** `20260115` and `2026-01-15T…` as `2026-01-15`. */
export const jour = (written: string | undefined): string | undefined => {
  if (written === undefined) return undefined
  const [, year, month, day] = /^(\d{4})-?(\d{2})-?(\d{2})/u.exec(written) ?? []
  return year === undefined ? written : `${year}-${month ?? ''}-${day ?? ''}`
}

const SCHEMES: Readonly<Record<string, string>> = {
  '0002': 'SIREN',
  '0009': 'SIRET',
  '0060': 'DUNS',
  '0088': 'GLN',
  '0225': 'Adresse électronique',
}

export const nomIdentifiant = (scheme: string | undefined): string => SCHEMES[scheme ?? ''] ?? 'Identifiant'

/** Several texts in a line. */
export const ensemble = (...parts: readonly (string | undefined)[]): string | undefined =>
  parts.filter(part => part !== undefined && part !== '').join(' ') || undefined

export const chacun = <T>(element: XmlElement | undefined, name: string, read: (each: XmlElement) => T): readonly T[] =>
  childrenOf(element, name).map(read)

const KINDS: Readonly<Record<string, string>> = {
  '380': 'Facture',
  '381': 'Avoir',
  '384': 'Facture rectificative',
  '386': 'Facture d’acompte',
  '389': 'Autofacture',
}
export const nature = (code: string | undefined): string => KINDS[code ?? ''] ?? 'Facture'

const MEANS: Readonly<Record<string, string>> = {
  '10': 'Espèces',
  '20': 'Chèque',
  '30': 'Virement',
  '31': 'Prélèvement',
  '42': 'Compte bancaire',
  '48': 'Carte',
  '49': 'Prélèvement',
  '57': 'Accord permanent',
  '58': 'Virement SEPA',
  '59': 'Prélèvement SEPA',
  '97': 'Compensation',
}
export const moyen = (code: string | undefined): string | undefined =>
  code === undefined ? undefined : (MEANS[code] ?? code)
