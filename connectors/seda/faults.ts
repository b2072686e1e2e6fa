import { filesOf, onlyFile, unitsIn, type Profile, type Transfer, type Unit } from './model.ts'

const DAY = /^\d{4}-\d{2}-\d{2}$/u

/** An empty file is one that no schema explains: SEDA wants a size above zero. */
const emptyFiles = (unit: Unit): readonly string[] =>
  unit.files
    .filter(({ file }) => file.size === 0)
    .map(
      ({ file }) => `Le fichier « ${file.name} » (${unit.title}) est vide : un fichier vide ne peut pas être archivé.`,
    )

const wrongDays = (unit: Unit): readonly string[] =>
  [unit.accessRule?.startDate, unit.appraisalRule?.startDate]
    .filter(day => day !== undefined && day !== '' && !DAY.test(day))
    .map(day => `La date « ${day} » d'une règle de « ${unit.title} » doit s'écrire AAAA-MM-JJ.`)

/** What SEDA 1.0 requires and 2.x does not. */
const faults1 = (transfer: Transfer): readonly string[] => [
  ...(transfer.accessRule
    ? []
    : ["Le SEDA 1.0 exige une règle d'accès (AR038 à AR062) : renseignez-la dans les réglages du connecteur SEDA."]),
  ...(transfer.language === '' && transfer.descriptionLanguage === ''
    ? ['Le SEDA 1.0 exige la langue des documents et celle de la description.']
    : []),
  ...unitsIn(transfer).flatMap(unit => [
    ...(unit.level === 'OtherLevel'
      ? [`Le niveau de description « Autre » de « ${unit.title} » n'existe pas en SEDA 1.0.`]
      : []),
    ...[unit.accessRule, unit.appraisalRule]
      .filter(rule => rule?.startDate === '')
      .map(rule => `Le SEDA 1.0 exige une date de départ pour la règle « ${rule?.rule} » de « ${unit.title} ».`),
    ...(unit.appraisalRule && !/^P\d+Y$/u.test(unit.appraisalRule.rule)
      ? [`En SEDA 1.0, la durée « ${unit.appraisalRule.rule} » de « ${unit.title} » doit s'écrire « P10Y ».`]
      : []),
  ]),
]

/** What Vitam refuses whole. */
const faultsVitam = (transfer: Transfer): readonly string[] => [
  ...(transfer.agreement === ''
    ? ["Vitam exige un contrat d'entrée : renseignez « Accord de versement » dans les réglages du connecteur SEDA."]
    : []),
  ...(transfer.management.originatingAgency === ''
    ? ['Vitam exige un service producteur : renseignez-le dans les réglages du connecteur SEDA.']
    : []),
]

/**
 * What the schema would refuse in words that nobody recognises, or does not see at all (seda.md §6).
 * @returns French sentences; none when the slip may be written
 */
export const faultsBefore = (transfer: Transfer, profile: Profile): readonly string[] => [
  ...unitsIn(transfer).flatMap(unit => [
    ...emptyFiles(unit),
    ...wrongDays(unit),
    ...(unit.title === '' && !onlyFile(unit) ? ["Une unité d'archives n'a pas de titre."] : []),
  ]),
  ...(filesOf(transfer).length === 0 ? ['Aucun fichier à archiver.'] : []),
  ...(profile === '1.0' ? faults1(transfer) : []),
  ...(profile === 'vitam-2.1' ? faultsVitam(transfer) : []),
]
