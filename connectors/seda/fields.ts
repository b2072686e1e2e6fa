import { choice, flag, longText, rows, text, type Values } from '#core'
import { LEVELS } from './levels.ts'

const EXPRESSION =
  'Une expression : « %champ% » est remplacé par la valeur du dossier, « {{ … }} » est calculé (voir le mode d’emploi).'
const LEVEL_HELP = `${Object.values(LEVELS).join(', ')} ; ou leur nom en SEDA (${Object.keys(LEVELS).join(', ')}).`
const KEYWORD_HELP =
  'Un par ligne : contenu;référence;type (subject, geogname, corpname, persname…). Référence et type sont facultatifs. Chacun est une expression.'
const FINAL_HELP = 'Conserver ou Détruire, ou une expression qui donne l’un ou l’autre.'

/** One line of the tree: a unit, or the files of a field. */
const unitFields = {
  titre: text('Titre', {
    help: 'Une expression. Vide : le nom du champ de la première ligne de fichiers, ou celui du fichier.',
  }),
  genre: choice('Genre', { unite: "Unité d'archives", fichiers: "Fichiers d'un champ" }, { default: 'unite' }),
  champ: text('Champ ou condition', {
    help: 'Pour des fichiers, le nom du champ ; « #ZIP#champ » déplie une archive zip. Pour une unité, une expression : si elle est vide, l’unité est omise.',
  }),
  sansType: flag('Ne pas annoncer le type des fichiers'),
  description: longText('Description'),
  niveau: text('Niveau de description', { help: LEVEL_HELP }),
  langue: text('Langue'),
  historique: text('Historique de conservation'),
  motsCles: longText('Mots-clés', { help: KEYWORD_HELP }),
  regleAcces: text("Règle d'accès", { help: 'Par exemple AR038. Vide : celle du versement.' }),
  regleAccesDebut: text("Départ de la règle d'accès"),
  regleSort: text("Durée d'utilité administrative", { help: 'Par exemple P10Y. Vide : celle du versement.' }),
  regleSortDebut: text("Départ de la durée d'utilité"),
  sortFinal: text('Sort final', { help: FINAL_HELP }),
}

export const sedaFields = {
  version: choice(
    'Version du SEDA',
    { '1.0': 'SEDA 1.0', '2.1': 'SEDA 2.1', '2.2': 'SEDA 2.2', 'vitam-2.1': 'SEDA 2.1, profil Vitam' },
    { default: '2.1', help: "Celle que demande le service d'archives." },
  ),
  serviceArchives: text("Service d'archives (identifiant)", {
    required: true,
    help: EXPRESSION,
    pastell: 'archival_agency_identifier',
  }),
  serviceArchivesNom: text("Service d'archives (nom)", {
    help: 'Écrit en SEDA 1.0 seulement.',
    pastell: 'archival_agency_name',
  }),
  serviceVersant: text('Service versant (identifiant)', { required: true, pastell: 'transferring_agency_identifier' }),
  serviceVersantNom: text('Service versant (nom)', {
    help: 'Écrit en SEDA 1.0 seulement.',
    pastell: 'transferring_agency_name',
  }),
  serviceProducteur: text('Service producteur (identifiant)', {
    help: "Vide : le bordereau n'en nomme pas.",
    pastell: 'originating_agency_identifier',
  }),
  serviceProducteurNom: text('Service producteur (nom)', {
    help: 'Écrit en SEDA 1.0 seulement.',
    pastell: 'originating_agency_name',
  }),
  accord: text('Accord de versement', {
    help: "Identifiant donné par le service d'archives ; le plus souvent obligatoire. Pour Vitam, le contrat d'entrée.",
    pastell: 'archival_agreement',
  }),
  profil: text("Profil d'archivage", { pastell: 'ArchivalProfile' }),
  niveauService: text('Niveau de service', { pastell: 'ServiceLevel' }),
  commentaire: text('Commentaire du transfert', { help: EXPRESSION, pastell: 'commentaire' }),
  titre: text('Titre', { default: '%document.titre%', help: EXPRESSION, pastell: 'titre' }),
  description: longText('Description', { help: EXPRESSION, pastell: 'archiveunits_title' }),
  niveau: text('Niveau de description', { default: 'File', help: LEVEL_HELP, pastell: 'DescriptionLevel' }),
  langue: text('Langue des documents', {
    default: 'fr',
    help: 'En SEDA 1.0, « fr » est écrit « fra ».',
    pastell: 'Language',
  }),
  langueDescription: text('Langue de la description', { default: 'fr', pastell: 'DescriptionLanguage' }),
  dateDebut: text('Date la plus ancienne', {
    default: '%journal.debut%',
    help: 'AAAA-MM-JJ. « %journal.debut% » et « %journal.fin% » sont les jours du premier et du dernier événement du dossier.',
    pastell: 'StartDate',
  }),
  dateFin: text('Date la plus récente', { default: '%journal.fin%', help: EXPRESSION, pastell: 'EndDate' }),
  historique: text('Historique de conservation', { help: EXPRESSION, pastell: 'CustodialHistory' }),
  motsCles: longText('Mots-clés', { help: KEYWORD_HELP, pastell: 'keywords' }),
  identifiantProducteur: text('Identifiant chez le producteur', {
    help: EXPRESSION,
    pastell: 'OriginatingAgencyArchiveIdentifier',
  }),
  identifiantVersant: text('Identifiant chez le service versant', {
    help: EXPRESSION,
    pastell: 'TransferringAgencyArchiveIdentifier',
  }),
  regleAcces: text("Règle d'accès", {
    help: 'Code de communicabilité, par exemple AR038. Obligatoire en SEDA 1.0.',
    pastell: 'AccessRule_Rule',
  }),
  regleAccesDebut: text("Départ de la règle d'accès", {
    default: '%journal.fin%',
    help: EXPRESSION,
    pastell: 'AccessRule_StartDate',
  }),
  regleSort: text("Durée d'utilité administrative", { help: 'Par exemple P10Y.', pastell: 'AppraisalRule_Rule' }),
  regleSortDebut: text("Départ de la durée d'utilité", {
    default: '%journal.fin%',
    help: EXPRESSION,
    pastell: 'AppraisalRule_StartDate',
  }),
  sortFinal: text('Sort final', { default: 'Keep', help: FINAL_HELP, pastell: 'AppraisalRule_FinalAction' }),
  rattachement: text('Unité existante à laquelle rattacher', {
    help: "Identifiant, chez le service d'archives, de l'unité sous laquelle placer le versement. SEDA 2.1 et 2.2.",
    pastell: 'ArchiveUnit_ExternalReference',
  }),
  rattachementCle: text('Métadonnée qui identifie cette unité', {
    help: 'Profil Vitam. Vide : son identifiant système (SystemId).',
    pastell: 'ArchiveUnit_ExternalReferenceName',
  }),
  gestionProducteur: text('Service producteur pour la gestion', {
    help: 'Profil Vitam : OriginatingAgencyIdentifier. Vide : le service producteur.',
    pastell: 'OriginatingAgencyIdentifier',
  }),
  gestionVersant: text('Service versant pour la gestion', {
    help: 'Profil Vitam : SubmissionAgencyIdentifier. Vide : le service versant.',
    pastell: 'SubmissionAgencyIdentifier',
  }),
  unites: rows("Unités d'archives", unitFields, {
    nested: true,
    help: 'Aucune ligne : tous les fichiers du dossier, une unité par champ. Une unité contient d’autres lignes ; le journal des événements est ajouté à la fin, sauf si une ligne place le champ « journal ».',
  }),
  empreinte: choice(
    'Algorithme des empreintes',
    { sha256: 'SHA-256', sha512: 'SHA-512' },
    { default: 'sha256', pastell: 'hash_algorithm' },
  ),
}

export type SedaSettings = Values<typeof sedaFields>
/** One line of the tree as the settings hold it. */
export type UnitRow = SedaSettings['unites'][number]
