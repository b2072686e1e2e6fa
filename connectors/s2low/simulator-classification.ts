import { toLatin1 } from '#core'

type Types = Readonly<Record<string, string>>

const COMMON: Types = {
  '99_AU': 'Autre document',
  '22_AT': 'Attestation',
  '22_NE': 'Note explicative de synthèse',
  '41_NC': 'Notice complémentaire',
  '70_AN': 'Annexe technique',
}
const NATURES: Readonly<Record<string, { readonly label: string; readonly short: string; readonly types: Types }>> = {
  '1': {
    label: 'Délibérations',
    short: 'DE',
    types: { '99_DE': 'Délibération', ...COMMON, '21_DO': 'Documents graphiques' },
  },
  '2': { label: 'Actes réglementaires', short: 'AR', types: { '99_AR': 'Acte réglementaire', ...COMMON } },
  '3': {
    label: 'Actes individuels',
    short: 'AI',
    types: { '99_AI': 'Acte individuel', ...COMMON, '10_DE': "Demande de l'intéressé" },
  },
  '4': {
    label: 'Contrats, conventions et avenants',
    short: 'CC',
    types: { '99_DC': 'Contrat, convention ou avenant', ...COMMON },
  },
  '5': {
    label: 'Documents budgétaires et financiers',
    short: 'BF',
    types: { '99_BU': 'Document budgétaire', ...COMMON },
  },
  '6': { label: 'Autres', short: 'AU', types: COMMON },
}

/** A part of the national nomenclature, deep enough for the tests. */
const MATTERS: Readonly<Record<string, string>> = {
  '1': 'Commande publique',
  '1.1': 'Marchés publics',
  '1.1.1': 'Marchés de travaux',
  '1.1.2': 'Marchés de fournitures et services',
  '1.2': 'Délégations de service public',
  '1.4': 'Autres types de contrats',
  '2': 'Urbanisme',
  '2.1': "Documents d'urbanisme",
  '2.2': "Actes relatifs au droit d'occupation ou d'utilisation des sols",
  '3': 'Domaine et patrimoine',
  '3.1': 'Acquisitions',
  '3.2': 'Aliénations',
  '4': 'Fonction publique',
  '4.1': 'Personnels titulaires et stagiaires de la FPT',
  '4.2': 'Personnels contractuels',
  '5': 'Institutions et vie politique',
  '5.1': 'Élection de l’exécutif',
  '5.2': 'Fonctionnement des assemblées',
  '5.4': 'Délégation de fonctions',
  '7': 'Finances locales',
  '7.1': 'Décisions budgétaires',
  '7.5': 'Subventions',
  '8': 'Domaines de compétences par thèmes',
  '8.9': 'Culture',
  '9': 'Autres domaines de compétences',
  '9.1': 'Autres domaines de compétences des communes',
}

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')

const element = (name: string, attributes: Readonly<Record<string, string>>, inside = ''): string => {
  const written = Object.entries(attributes).map(([key, value]) => ` actes:${key}="${escape(value)}"`)
  return `<actes:${name}${written.join('')}>${inside}</actes:${name}>`
}

const mattersUnder = (parent: string): string =>
  Object.entries(MATTERS)
    .filter(([code]) => code.slice(0, Math.max(code.lastIndexOf('.'), 0)) === parent)
    .map(([code, label]) =>
      element(
        `Matiere${code.split('.').length}`,
        { CodeMatiere: code.split('.').at(-1) ?? '', Libelle: label },
        mattersUnder(code),
      ),
    )
    .join('')

const natures = (): string =>
  Object.entries(NATURES)
    .map(([code, { label, short, types }]) =>
      element(
        'NatureActe',
        { CodeNatureActe: code, Libelle: label, TypeAbrege: short },
        Object.entries(types)
          .map(([type, name]) => element('TypePJNatureActe', { CodeTypePJ: type, Libelle: name }))
          .join(''),
      ),
    )
    .join('')

/** The classification message of the préfecture, in ISO-8859-1. */
export const classificationXml = (date: string): Buffer =>
  Buffer.from(
    toLatin1(
      `<?xml version="1.0" encoding="ISO-8859-1"?>\n<actes:RetourClassification xmlns:actes="http://www.interieur.gouv.fr/ACTES#v1.1-20040216">` +
        `<actes:DateClassification>${date}</actes:DateClassification>` +
        `<actes:NaturesActes>${natures()}</actes:NaturesActes><actes:Matieres>${mattersUnder('')}</actes:Matieres></actes:RetourClassification>`,
    ),
    'latin1',
  )

export const natureOf = (code: string) => NATURES[code]
export const isMatter = (code: string): boolean => code in MATTERS && code.includes('.')
