import { fields, inputs } from './fields.ts'

/** Where a fault of the published data comes from in the form: the property, then its label. */
const LABELS: Readonly<Record<string, string>> = {
  id: inputs.numero.label,
  'acheteur.id': fields.siret.label,
  nature: fields.nature.label,
  objet: inputs.objet.label,
  codeCPV: inputs.cpv.label,
  'techniques.technique': fields.techniques.label,
  techniques: fields.techniques.label,
  'modalitesExecution.modaliteExecution': fields.modalites.label,
  modalitesExecution: fields.modalites.label,
  idAccordCadre: fields.idAccordCadre.label,
  marcheInnovant: fields.marcheInnovant.label,
  ccag: fields.ccag.label,
  offresRecues: fields.offresRecues.label,
  attributionAvance: fields.attributionAvance.label,
  tauxAvance: fields.tauxAvance.label,
  typeGroupementOperateurs: fields.groupement.label,
  sousTraitanceDeclaree: fields.sousTraitanceDeclaree.label,
  acheteur: fields.siret.label,
  procedure: fields.procedure.label,
  'lieuExecution.code': fields.lieuCode.label,
  'lieuExecution.typeCode': fields.lieuType.label,
  lieuExecution: fields.lieuCode.label,
  dureeMois: fields.dureeMois.label,
  dateNotification: inputs.dateNotification.label,
  montant: fields.montant.label,
  'typesPrix.typePrix': fields.typesPrix.label,
  typesPrix: fields.typesPrix.label,
  formePrix: fields.formePrix.label,
  origineUE: fields.origineUE.label,
  origineFrance: fields.origineFrance.label,
  titulaires: fields.titulaires.label,
  'considerationsSociales.considerationSociale': fields.considerationsSociales.label,
  considerationsSociales: fields.considerationsSociales.label,
  'considerationsEnvironnementales.considerationEnvironnementale': fields.considerationsEnvironnementales.label,
  considerationsEnvironnementales: fields.considerationsEnvironnementales.label,
  actesSousTraitance: fields.actesSousTraitance.label,
  modifications: fields.modifications.label,
  modificationsActesSousTraitance: fields.modificationsActes.label,
}

/** Inside a line of a list, by the first property that names something. */
const IN_LINES: Readonly<Record<string, string>> = {
  id: 'Identifiant',
  typeIdentifiant: "Type d'identifiant",
  dureeMois: 'Durée (mois)',
  montant: 'Montant HT (euros)',
  variationPrix: 'Variation du prix',
  dateNotification: 'Notifié le',
  dateNotificationModification: 'Notifiée le',
  dateNotificationModificationSousTraitance: 'Notifiée le',
  titulaires: 'Nouveaux titulaires',
}

/**
 * The field of the form that a property stands for.
 * @param path within the contract, `acheteur.id` or `modifications.1.modification.montant`
 */
export const labelAt = (path: string): string => {
  const known = LABELS[path]
  if (known !== undefined) return known
  const [, list, rank, inner] = /^(\w+)(?:\.\w+)?\.(\d+)(?:\.(.*))?$/u.exec(path) ?? []
  const part = inner?.split('.').find(name => name in IN_LINES)
  const field = LABELS[list ?? ''] ?? path
  return `${field}, ligne ${Number(rank) + 1}${part === undefined ? '' : `, ${IN_LINES[part] ?? part}`}`
}
