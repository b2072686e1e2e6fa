import { CADRES_FACTURE, TYPES_FACTURE } from './labels.ts'
import { PIVOT_VALUES, type FacturePivot, type PivotValue } from './pivot.ts'

type Rule = readonly [label: string, wrong: (value: string) => string | undefined]

const anything = () => undefined
const among = (known: object, what: string) => (value: string) =>
  Object.hasOwn(known, value) ? undefined : `« ${value} » n’est pas ${what}`
const matching = (shape: RegExp, what: string) => (value: string) =>
  shape.test(value) ? undefined : `« ${value} » n’est pas ${what}`

const isDay = (value: string): boolean => {
  const day = /^(\d{4}-\d{2}-\d{2})(?:$|[TZ+-])/u.exec(value)?.[1]
  const instant = day === undefined ? Number.NaN : Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(day ?? '')
}
const amount = matching(/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/u, 'un montant (des chiffres, et un point pour les centimes)')

/**
 * What the schema of Chorus Pro (CPPFacturePivot V2_02) wants of every invoice, among what people and the finance software rely on here.
 * Versions differ on the rest (means of emission, of payment), which misleads nobody.
 */
const RULES: Readonly<Partial<Record<PivotValue, Rule>>> = {
  no_facture: ['Numéro de la facture', value => (value.length > 20 ? `« ${value} » dépasse 20 caractères` : undefined)],
  type_facture: ['Type', among(TYPES_FACTURE, 'un type de facture (380 ou 381)')],
  facture_cadre: ['Cadre de facturation', among(CADRES_FACTURE, 'un cadre de facturation (A1 à A25)')],
  date_facture: [
    'Date de la facture',
    value => (isDay(value) ? undefined : `« ${value} » n’est pas une date (AAAA-MM-JJ)`),
  ],
  facture_devise: ['Devise', matching(/^[A-Z]{3}$/u, 'une devise en trois capitales')],
  facture_montant_ht: ['Montant HT', amount],
  montant_ttc: ['Montant TTC', amount],
  facture_montant_net: ['Net à payer', amount],
  fournisseur: ['Identifiant du fournisseur', anything],
  fournisseur_raison_sociale: ['Nom du fournisseur', anything],
  siret: ['SIRET du destinataire', matching(/^.{14}$/u, 'un SIRET de quatorze caractères')],
}

/**
 * What is missing or wrong in an invoice of a pivot, a French sentence each, with the element where it is. It stops nothing: the portal took
 * the invoice, and whoever reads it must know what not to trust.
 */
export const faultsOfPivot = (values: FacturePivot['values']): readonly string[] =>
  Object.entries(RULES).flatMap(([name, [label, wrong]]) => {
    const value = values[name as PivotValue]?.trim()
    const fault = value ? wrong(value) : 'manque'
    return fault === undefined ? [] : [`${label} (${PIVOT_VALUES[name as PivotValue]}) : ${fault}.`]
  })
