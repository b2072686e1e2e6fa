import { ACTES_NAMESPACE, localDay, toLatin1, xmlText } from '#core'

const NATURES: Readonly<Record<string, readonly [label: string, short: string, type: string, name: string]>> = {
  '1': ['Délibérations', 'DE', '99_DE', 'Délibération'],
  '2': ['Actes réglementaires', 'AR', '99_AR', 'Acte réglementaire'],
  '3': ['Actes individuels', 'AI', '99_AI', 'Acte individuel'],
  '4': ['Contrats, conventions et avenants', 'CC', '99_DC', 'Contrat, convention ou avenant'],
  '5': ['Documents budgétaires et financiers', 'BF', '99_BU', 'Document budgétaire'],
  '6': ['Autres', 'AU', '99_AU', 'Autre document'],
}

const message = (root: string, attributes: string, inside = ''): Buffer =>
  Buffer.from(
    toLatin1(
      `<?xml version="1.0" encoding="ISO-8859-1"?>\n<actes:${root} xmlns:actes="${ACTES_NAMESPACE}"${attributes}>${inside}</actes:${root}>\n`,
    ),
    'latin1',
  )

/** Message 7-2: a part of the national nomenclature, deep enough for the tests. */
export const classificationMessage = (date: string, first = 'Commande publique'): Buffer => {
  const natures = Object.entries(NATURES).map(
    ([code, [label, short, type, name]]) =>
      `<actes:NatureActe actes:CodeNatureActe="${code}" actes:Libelle="${label}" actes:TypeAbrege="${short}">` +
      `<actes:TypePJNatureActe actes:CodeTypePJ="22_NE" actes:Libelle="Note explicative de synthèse"/>` +
      `<actes:TypePJNatureActe actes:CodeTypePJ="${type}" actes:Libelle="${name}"/></actes:NatureActe>`,
  )
  const matters =
    `<actes:Matiere1 actes:CodeMatiere="1" actes:Libelle="${first}"><actes:Matiere2 actes:CodeMatiere="1" actes:Libelle="Marchés publics">` +
    '<actes:Matiere3 actes:CodeMatiere="2" actes:Libelle="Marchés de fournitures"/></actes:Matiere2></actes:Matiere1>' +
    '<actes:Matiere1 actes:CodeMatiere="8" actes:Libelle="Domaines de compétences"><actes:Matiere2 actes:CodeMatiere="9" actes:Libelle="Culture"/></actes:Matiere1>'
  return message(
    'RetourClassification',
    '',
    `<actes:DateClassification>${date}</actes:DateClassification><actes:NaturesActes>${natures.join('')}</actes:NaturesActes><actes:Matieres>${matters}</actes:Matieres>`,
  )
}

export const receiptMessage = (root: 'ARActe' | 'ARAnnulation', acteId: string, at: Date): Buffer =>
  message(root, ` actes:DateReception="${localDay(at)}" actes:IDActe="${acteId}"`)

export const anomalyMessage = (detail: string, at: Date): Buffer =>
  message(
    'AnomalieActe',
    ` actes:Date="${localDay(at)}"`,
    `<actes:Nature>100</actes:Nature><actes:Detail>${xmlText(detail)}</actes:Detail>`,
  )
