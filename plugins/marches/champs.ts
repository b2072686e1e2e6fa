import { choice, date, flag, text } from '#core'

export const FAMILY = 'Commande publique'

export const CPV = {
  regex: '^$|^[0-9]{8}(-[0-9])?$',
  message: 'Un code CPV compte huit chiffres, suivis ou non de leur clé : « 45112500 » ou « 45112500-6 ».',
}

const CONSULTATIONS = {
  MAPA: 'Marché à procédure adaptée',
  AOO: "Appel d'offres ouvert",
  AOR: "Appel d'offres restreint",
  DC: 'Dialogue compétitif',
  MS: 'Marché subséquent',
  PC: 'Procédure concurrentielle',
  MSMC: 'Marché sans mise en concurrence',
} as const

const CATEGORIES = {
  T: 'Travaux',
  F: 'Fournitures',
  S: 'Services',
  TIC: "Techniques de l'information et de la communication",
  MO: "Maîtrise d'œuvre",
  PI: 'Prestation intellectuelle',
} as const

const ETAPES = {
  EB: 'Estimation des besoins',
  DCE: 'Dossier de consultation des entreprises',
  EO: 'Examen des offres',
  ONR: 'Offre non retenue',
  OR: 'Offre retenue',
} as const

/** The 36 types of pieces (`flows/marches.md`, Piece type codes). */
export const TYPES_PIECE = {
  ARN: 'Accusé de réception de notification',
  AE: "Acte d'engagement",
  AS: 'Acte de sous-traitance',
  AN: 'Annexes',
  AL: 'Annonces légales',
  AU: 'Autres',
  APD: 'Avant-projet détaillé',
  APS: 'Avant-projet sommaire',
  AV: 'Avenant',
  AC: "Avis d'appel à la concurrence",
  BC: 'Bon de commande',
  BPU: 'Bordereau des prix unitaires',
  CCAP: 'CCAP',
  CCTP: 'CCTP',
  CA: "Courrier d'attribution",
  CM: 'Courrier relatif au marché',
  CN: 'Courrier de notification',
  DS: 'Déclaration sans suite',
  DPGF: 'Décomposition du prix global et forfaitaire',
  DG: 'Décompte général',
  DQE: 'Détail quantitatif estimatif',
  DR: 'Dossier de réponse',
  EC: 'Échange en cours de consultation',
  EA: "État d'acompte",
  E: 'Étude',
  LR: 'Lettre de rejet',
  LC: 'Liste des candidatures',
  MP: 'Mise au point',
  OS: 'Ordre de service',
  P: 'Programme',
  AO: "Rapport d'analyse des offres",
  CAO: "Rapport de la commission d'appel d'offres",
  COP: "Rapport d'ouverture des plis",
  RP: 'Rapport de présentation',
  RDP: 'Récépissé de dépôt',
  RC: 'Règlement de consultation',
} as const

/** What every document of public contracts says of its consultation. */
export const consultation = {
  numeroConsultation: text('Numéro de consultation', { required: true, index: true, pastell: 'numero_consultation' }),
  typeMarche: choice('Type de marché', CATEGORIES, { required: true, index: true, pastell: 'type_marche' }),
  recurrent: flag('Marché récurrent', { pastell: 'recurrent' }),
  numeroMarche: text('Numéro de marché', { index: true, pastell: 'numero_marche' }),
} as const

export const libelle = text('Libellé', { required: true, title: true, pastell: 'libelle' })

/** The procedure: only an archive must say it. */
export const typeConsultation = <const R extends boolean>(required: R) =>
  choice('Type de consultation', CONSULTATIONS, { required, pastell: 'type_consultation' })

/** What is said of a piece, whether it comes alone or with those of its stage. */
export const etapePiece = choice('Étape', ETAPES, { required: true, index: true, pastell: 'etape' })

export const suitePiece = {
  soumissionnaire: text('Soumissionnaire principal', { index: true, pastell: 'soumissionnaire' }),
  montant: text('Montant', {
    pattern: {
      regex: '^(?:[0-9]+(?:[.,]?[0-9]+)?)?$',
      message: 'Un montant s’écrit en chiffres, sans espace : « 12000 » ou « 12000,50 ».',
    },
    help: 'Son sens dépend de l’étape et du type de pièce : estimation, offre, marché…',
    pastell: 'montant',
  }),
  dateDocument: date('Date du document', { required: true, pastell: 'date_document' }),
} as const
