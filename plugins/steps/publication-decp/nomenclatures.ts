/** Lists of the format DECP 2.0 (formats/opendata.md §3): a code is the very word that is published. */
const listOf = <const W extends string>(...words: readonly W[]): Readonly<Record<W, string>> =>
  Object.fromEntries(words.map(word => [word, word] as const)) as Readonly<Record<W, W>>

export const NATURES = listOf('Marché', 'Marché de partenariat', 'Marché de défense ou de sécurité')

export const PROCEDURES = listOf(
  'Procédure adaptée',
  "Appel d'offres ouvert",
  "Appel d'offres restreint",
  'Procédure avec négociation',
  'Marché passé sans publicité ni mise en concurrence préalable',
  'Dialogue compétitif',
)

export const TECHNIQUES = listOf(
  'Accord-cadre',
  'Concours',
  'Système de qualification',
  "Système d'acquisition dynamique",
  'Catalogue électronique',
  'Enchère électronique',
  'Sans objet',
)

export const MODALITES = listOf('Tranches', 'Bons de commande', 'Marchés subséquents', 'Sans objet')

export const CCAG = listOf(
  'Travaux',
  "Maitrise d'œuvre",
  'Fournitures courantes et services',
  'Marchés industriels',
  'Prestations intellectuelles',
  "Techniques de l'information et de la communication",
  'Pas de CCAG',
)

export const GROUPEMENTS = listOf('Conjoint', 'Solidaire', 'Pas de groupement')

export const LIEUX = listOf(
  'Code postal',
  'Code commune',
  'Code arrondissement',
  'Code canton',
  'Code département',
  'Code région',
  'Code pays',
)

export const TYPES_PRIX = listOf('Définitif ferme', 'Définitif actualisable', 'Définitif révisable', 'Provisoire')

export const FORMES_PRIX = listOf('Unitaire', 'Forfaitaire', 'Mixte')

export const VARIATIONS_PRIX = listOf('Ferme', 'Actualisable', 'Révisable')

export const CONSIDERATIONS_SOCIALES = listOf(
  'Clause sociale',
  'Critère social',
  'Marché réservé',
  'Pas de considération sociale',
)

export const CONSIDERATIONS_ENVIRONNEMENTALES = listOf(
  'Clause environnementale',
  'Critère environnemental',
  'Pas de considération environnementale',
)

/** As in the published schema 2.0.3, which has no « UE ». */
export const IDENTIFIANTS = listOf('SIRET', 'TVA', 'TAHITI', 'RIDET', 'FRWF', 'IREP', 'HORS-UE')
