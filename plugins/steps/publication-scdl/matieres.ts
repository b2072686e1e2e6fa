/** The two first levels of the national nomenclature of actes, in small letters without comma nor parenthesis (formats/opendata.md §1). */
const NOMENCLATURE: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  '1': [
    'commande publique',
    [
      'marchés publics',
      'délégation de service public',
      'conventions de mandat',
      'autres types de contrats',
      'transactions - protocole d’accord transactionnel',
      'actes relatifs à la maîtrise d’œuvre',
      'actes spéciaux et divers',
    ],
  ],
  '2': [
    'urbanisme',
    [
      'documents d’urbanisme',
      'actes relatifs au droit d’occupation ou d’utilisation des sols',
      'droit de préemption urbain',
    ],
  ],
  '3': [
    'domaine et patrimoine',
    [
      'acquisitions',
      'aliénations',
      'locations',
      'limites territoriales',
      'autres actes de gestion du domaine public',
      'autres actes de gestion du domaine privé',
    ],
  ],
  '4': [
    'fonction publique',
    [
      'personnels titulaires et stagiaires de la fonction publique territoriale',
      'personnels contractuels',
      'fonction publique hospitalière',
      'autres catégories de personnels',
      'régime indemnitaire',
    ],
  ],
  '5': [
    'institutions et vie politique',
    [
      'élection exécutif',
      'fonctionnement des assemblées',
      'désignation de représentants',
      'délégation de fonctions',
      'délégation de signature',
      'exercice des mandats locaux',
      'intercommunalité',
      'décision d’ester en justice',
    ],
  ],
  '6': [
    'libertés publiques et pouvoirs de police',
    [
      'police municipale',
      'pouvoirs du président du conseil départemental',
      'pouvoirs du président du conseil régional',
      'autres actes réglementaires',
      'actes pris au nom de l’état et soumis au contrôle hiérarchique',
    ],
  ],
  '7': [
    'finances locales',
    [
      'décisions budgétaires',
      'fiscalité',
      'emprunts',
      'interventions économiques',
      'subventions',
      'contributions budgétaires',
      'avances',
      'fonds de concours',
      'prise de participation',
      'divers',
    ],
  ],
  '8': [
    'domaines de compétences par thèmes',
    [
      'enseignement',
      'aide sociale',
      'voirie',
      'aménagement du territoire',
      'politique de la ville - habitat - logement',
      'emploi - formation professionnelle',
      'transports',
      'environnement',
      'culture',
    ],
  ],
  '9': [
    'autres domaines de compétences',
    [
      'autres domaines de compétences des communes',
      'autres domaines de compétences des départements',
      'autres domaines de compétences des régions',
      'vœux et motions',
    ],
  ],
}

export interface Matiere {
  /** `7.5`. */
  readonly code: string
  /** `finances locales/subventions`. */
  readonly nom: string
}

/**
 * The subject of an acte at the two levels that open data keeps.
 * @param classification as the TdT codes it, with one to five levels (`7.5.1`)
 * @returns `undefined` when it has no second level, or when the national nomenclature does not have it
 */
export const matiereOf = (classification: string): Matiere | undefined => {
  const [, first = '', second = ''] = /^([1-9])\.([1-9]\d?)(?:\.|$)/u.exec(classification.trim()) ?? []
  const [theme, subjects] = NOMENCLATURE[first] ?? []
  const subject = subjects?.[Number(second) - 1]
  return theme === undefined || subject === undefined
    ? undefined
    : { code: `${first}.${second}`, nom: `${theme}/${subject}` }
}
