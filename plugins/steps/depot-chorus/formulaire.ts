import {
  CADRES_DEPOT,
  choice,
  date,
  file,
  MODES_DEPOT,
  number,
  SYNTAXES_DEPOT,
  text,
  TYPES_DEPOT,
  TYPES_TVA,
  type FileRef,
} from '#core'

/** What the steps of a deposit are given of its form. */
export const entreesDepot = {
  mode: choice('Mode de dépôt', MODES_DEPOT, { required: true }),
  fichier: file('Facture', { required: true }),
  syntaxe: choice('Syntaxe', SYNTAXES_DEPOT),
  numero: text('Numéro de facture'),
  date: date('Date de la facture'),
  siret: text('SIRET du destinataire'),
  service: text('Code du service destinataire'),
  cadre: choice('Cadre de facturation', CADRES_DEPOT),
  type: choice('Type de facture', TYPES_DEPOT),
  typeTva: choice('Régime de TVA', TYPES_TVA),
  devise: text('Devise'),
  bonCommande: text('Numéro d’engagement'),
  montantHt: number('Montant HT'),
  montantTva: number('Montant de la TVA'),
  montantAvantRemise: number('Montant TTC avant remise'),
  montantTtc: number('Montant TTC'),
}

/** The form of a PDF deposit, of which a structured one needs nothing but the number. */
export interface Formulaire {
  readonly mode: keyof typeof MODES_DEPOT
  readonly fichier: FileRef
  readonly syntaxe: string | undefined
  readonly numero: string | undefined
  readonly date: string | undefined
  readonly siret: string | undefined
  readonly service: string | undefined
  readonly cadre: string | undefined
  readonly type: string | undefined
  readonly typeTva: string | undefined
  readonly devise: string | undefined
  readonly bonCommande: string | undefined
  readonly montantHt: number | undefined
  readonly montantTva: number | undefined
  readonly montantAvantRemise: number | undefined
  readonly montantTtc: number | undefined
  readonly annexes: readonly FileRef[] | undefined
}

const LABELS = {
  numero: 'Numéro de facture',
  date: 'Date de la facture',
  siret: 'SIRET du destinataire',
  cadre: 'Cadre de facturation',
  type: 'Type de facture',
  typeTva: 'Régime de TVA',
  devise: 'Devise',
  montantHt: 'Montant HT',
  montantTva: 'Montant de la TVA',
  montantTtc: 'Montant TTC',
} as const

const DECLARES = ['numero', 'syntaxe'] as const

/** Labels of what must still be filled in before the deposit. A structured file tells the rest by itself. */
export const absents = (formulaire: Formulaire): readonly string[] => {
  if (formulaire.mode === 'UPLOAD_API')
    return DECLARES.flatMap(name => (formulaire[name] ? [] : [name === 'numero' ? LABELS.numero : 'Syntaxe']))
  return Object.entries(LABELS).flatMap(([name, label]) =>
    formulaire[name as keyof typeof LABELS] === undefined ? [label] : [],
  )
}

/** What must be right before anything leaves. */
export const fauteOf = (formulaire: Formulaire): string | undefined => {
  const { mode, fichier, montantHt = 0, montantTva = 0, montantTtc = 0, montantAvantRemise = montantTtc } = formulaire
  const missing = absents(formulaire)
  if (missing.length > 0) return `Il manque : ${missing.join(', ')}.`
  const isPdf = fichier.type === 'application/pdf'
  if (mode === 'DEPOT_PDF_API' && !isPdf) return `« ${fichier.name} » n'est pas un PDF.`
  if (mode === 'UPLOAD_API' && isPdf !== (formulaire.syntaxe === 'IN_DP_E2_CII_FACTURX'))
    return `« ${fichier.name} » ne convient pas à la syntaxe choisie : un PDF est une Factur-X, les autres syntaxes sont du XML.`
  if (mode === 'DEPOT_PDF_API' && Math.abs(montantHt + montantTva - montantAvantRemise) > 0.01)
    return 'Le montant HT augmenté de la TVA ne donne pas le montant TTC.'
  return undefined
}
