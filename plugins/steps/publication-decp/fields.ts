import { choice, date, file, flag, longText, number, rows, text } from '#core'
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

/** What the flow gives: none is required here, what is missing is told with the rest. */
export const inputs = {
  numero: text('Numéro du marché'),
  objet: text('Objet du marché'),
  cpv: text('Code CPV'),
  dateNotification: date('Date de notification'),
}

const MOIS = { min: 1, max: 1200 }
const MONTANT = { min: 1, max: 1_000_000_000_000 }
const PART = { min: 0, max: 1 }

/** The form of the step (formats/opendata.md §3), then what it publishes. */
export const fields = {
  siret: text("SIRET de l'acheteur", {
    required: true,
    pattern: { regex: '^[0-9]{14}$', message: 'Le SIRET compte quatorze chiffres, sans espace.' },
    help: 'Pour un groupement, celui du mandataire qui a mené la procédure.',
  }),
  nature: choice('Nature', NATURES, { required: true, default: 'Marché' }),
  procedure: choice('Procédure', PROCEDURES, { required: true }),
  techniques: rows(
    "Techniques d'achat",
    { technique: choice('Technique', TECHNIQUES, { required: true }) },
    {
      required: true,
      max: 7,
      help: '« Sans objet » si aucune n’a servi.',
    },
  ),
  modalites: rows(
    "Modalités d'exécution",
    { modalite: choice('Modalité', MODALITES, { required: true }) },
    {
      required: true,
      max: 4,
      help: '« Sans objet » s’il n’y en a pas.',
    },
  ),
  idAccordCadre: text("Numéro de l'accord-cadre", { max: 16, help: 'Pour un marché subséquent.' }),
  marcheInnovant: flag('Marché innovant'),
  ccag: choice('CCAG de référence', CCAG, { required: true }),
  offresRecues: number("Nombre d'offres reçues", {
    required: true,
    min: 1,
    max: 100_000,
    help: 'Toutes, irrégulières et inacceptables comprises.',
  }),
  lieuCode: text("Code du lieu d'exécution", {
    required: true,
    max: 20,
    help: 'De préférence un code INSEE : « 34172 » pour une commune.',
  }),
  lieuType: choice('Sorte de code', LIEUX, { required: true, default: 'Code commune' }),
  dureeMois: number('Durée (mois)', { required: true, ...MOIS, help: 'Tranches et reconductions comprises.' }),
  montant: number('Montant HT (euros)', { required: true, ...MONTANT, help: 'Forfaitaire, ou maximum estimé.' }),
  typesPrix: rows(
    'Types de prix',
    { type: choice('Type de prix', TYPES_PRIX, { required: true }) },
    {
      required: true,
      max: 4,
    },
  ),
  formePrix: choice('Forme du prix', FORMES_PRIX, { required: true }),
  attributionAvance: flag('Avance attribuée'),
  tauxAvance: number("Taux de l'avance", {
    ...PART,
    help: '0,1 pour 10 %. 0 : une avance dont le taux est inconnu.',
    when: { field: 'attributionAvance', is: true },
  }),
  groupement: choice("Groupement d'opérateurs", GROUPEMENTS, { required: true, default: 'Pas de groupement' }),
  titulaires: rows(
    'Titulaires',
    {
      id: text('Identifiant', { required: true, max: 50 }),
      type: choice("Type d'identifiant", IDENTIFIANTS, { required: true, default: 'SIRET' }),
    },
    { required: true, max: 100 },
  ),
  sousTraitanceDeclaree: flag('Sous-traitance déclarée'),
  considerationsSociales: rows(
    'Considérations sociales',
    { consideration: choice('Considération', CONSIDERATIONS_SOCIALES, { required: true }) },
    { required: true, max: 4 },
  ),
  considerationsEnvironnementales: rows(
    'Considérations environnementales',
    { consideration: choice('Considération', CONSIDERATIONS_ENVIRONNEMENTALES, { required: true }) },
    { required: true, max: 3 },
  ),
  origineUE: number("Part des produits de l'Union européenne", { ...PART, help: '0,2 pour 20 %.' }),
  origineFrance: number('Part des produits français', { ...PART, help: "Au plus celle de l'Union européenne." }),
  actesSousTraitance: rows(
    'Actes de sous-traitance',
    {
      id: text('Identifiant du sous-traitant', { required: true, max: 50 }),
      type: choice("Type d'identifiant", IDENTIFIANTS, { required: true, default: 'SIRET' }),
      dateNotification: date('Notifié le', { required: true }),
      dureeMois: number('Durée (mois)', { required: true, ...MOIS }),
      montant: number('Montant HT (euros)', { required: true, ...MONTANT }),
      variationPrix: choice('Variation du prix', VARIATIONS_PRIX, { required: true }),
    },
    { max: 100, help: 'Dans l’ordre des notifications. Ce qui est publié ne se corrige plus : ajouter.' },
  ),
  modifications: rows(
    'Modifications du marché',
    {
      dateNotification: date('Notifiée le', { required: true }),
      dureeMois: number('Nouvelle durée (mois)', MOIS),
      montant: number('Nouveau montant HT (euros)', MONTANT),
      titulaires: longText('Nouveaux titulaires', {
        max: 5000,
        help: 'Tous, un par ligne : « SIRET 21340172201787 ». Vide : inchangés.',
      }),
    },
    {
      max: 100,
      help: 'Après la première publication, dans l’ordre des notifications. Ce qui est publié ne se corrige plus : ajouter.',
    },
  ),
  modificationsActes: rows(
    'Modifications des actes de sous-traitance',
    {
      acte: number("Rang de l'acte", { required: true, min: 1, max: 100, help: '1 pour le premier de la liste.' }),
      dateNotification: date('Notifiée le', { required: true }),
      dureeMois: number('Nouvelle durée (mois)', MOIS),
      montant: number('Nouveau montant HT (euros)', MONTANT),
    },
    { max: 100 },
  ),
  donnees: file('Données préparées (DECP)', { computed: true }),
  // What was published stays so, whatever becomes of the document.
  publie: file('Données publiées (DECP)', { computed: true, lasting: true }),
  publieLe: date('Première publication', { computed: true, lasting: true }),
  publications: number('Nombre de publications', { computed: true, lasting: true, default: 0 }),
  emplacement: text('Emplacement de la publication', { computed: true }),
}
