import {
  CCAG,
  CONSIDERATIONS_ENVIRONNEMENTALES,
  CONSIDERATIONS_SOCIALES,
  FORMES_PRIX,
  GROUPEMENTS,
  IDENTIFIANTS,
  LIEUX,
  MODALITES,
  NATURES,
  PROCEDURES,
  TECHNIQUES,
  TYPES_PRIX,
  VARIATIONS_PRIX,
} from './nomenclatures.ts'

const words = (list: Readonly<Record<string, string>>) => ({ enum: Object.keys(list) })
const several = (list: Readonly<Record<string, string>>) => ({
  type: 'array',
  minItems: 1,
  uniqueItems: true,
  items: words(list),
})
const list = (items: object) => ({ type: 'array', minItems: 1, uniqueItems: true, items })
/** No unknown property anywhere. */
const object = (properties: Readonly<Record<string, object>>, optional: readonly string[] = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter(name => !optional.includes(name)),
  additionalProperties: false,
})

const identifiant = { type: 'string', minLength: 1, maxLength: 16 }
const jour = { type: 'string', format: 'date' }
const mois = { type: 'integer', minimum: 1 }
const montant = { type: 'number', minimum: 1 }
const part = { type: 'number', minimum: 0, maximum: 1 }
const rang = { type: 'integer', minimum: 1 }

const operateur = {
  ...object({ typeIdentifiant: words(IDENTIFIANTS), id: { type: 'string', minLength: 1 } }),
  if: { properties: { typeIdentifiant: { const: 'SIRET' } } },
  then: { properties: { id: { pattern: '^[0-9]{14}$' } } },
}
const titulaires = list(object({ titulaire: operateur }))

const acteSousTraitance = object({
  id: rang,
  sousTraitant: operateur,
  dureeMois: mois,
  dateNotification: jour,
  datePublicationDonnees: jour,
  montant,
  variationPrix: words(VARIATIONS_PRIX),
})

const modification = object(
  {
    id: rang,
    dateNotificationModification: jour,
    datePublicationDonneesModification: jour,
    dureeMois: mois,
    montant,
    titulaires,
  },
  ['dureeMois', 'montant', 'titulaires'],
)

const modificationActe = object(
  { id: rang, dateNotificationModificationSousTraitance: jour, datePublicationDonnees: jour, dureeMois: mois, montant },
  ['dureeMois', 'montant'],
)

const marche = object(
  {
    id: identifiant,
    acheteur: object({ id: { type: 'string', pattern: '^[0-9]{14}$' } }),
    nature: words(NATURES),
    objet: { type: 'string', minLength: 1, maxLength: 1000 },
    codeCPV: { type: 'string', pattern: '^[0-9]{8}(-[0-9])?$' },
    techniques: object({ technique: several(TECHNIQUES) }),
    modalitesExecution: object({ modaliteExecution: several(MODALITES) }),
    idAccordCadre: identifiant,
    marcheInnovant: { type: 'boolean' },
    ccag: words(CCAG),
    offresRecues: { type: 'integer', minimum: 1 },
    attributionAvance: { type: 'boolean' },
    tauxAvance: part,
    typeGroupementOperateurs: words(GROUPEMENTS),
    sousTraitanceDeclaree: { type: 'boolean' },
    actesSousTraitance: list(object({ acteSousTraitance })),
    procedure: words(PROCEDURES),
    lieuExecution: object({ code: { type: 'string', minLength: 1 }, typeCode: words(LIEUX) }),
    dureeMois: mois,
    dateNotification: jour,
    datePublicationDonnees: jour,
    montant,
    typesPrix: object({ typePrix: several(TYPES_PRIX) }),
    formePrix: words(FORMES_PRIX),
    origineUE: part,
    origineFrance: part,
    titulaires,
    considerationsSociales: object({ considerationSociale: several(CONSIDERATIONS_SOCIALES) }),
    considerationsEnvironnementales: object({
      considerationEnvironnementale: several(CONSIDERATIONS_ENVIRONNEMENTALES),
    }),
    modifications: list(object({ modification })),
    modificationsActesSousTraitance: list(object({ modificationActeSousTraitance: modificationActe })),
  },
  [
    'idAccordCadre',
    'tauxAvance',
    'actesSousTraitance',
    'origineUE',
    'origineFrance',
    'modifications',
    'modificationsActesSousTraitance',
  ],
)

/** The format of 2022 (DECP 2.0.x) for contracts, concessions left out (formats/opendata.md §3). */
export const decpSchema = object({ marches: object({ marche: { type: 'array', minItems: 1, items: marche } }) })
