import { choice, longText, text, type Values } from '#core'

const EXPRESSION = 'Les « %champ% » sont remplacés par les valeurs du dossier.'

export const sedaFields = {
  version: choice(
    'Version du SEDA',
    { '2.1': 'SEDA 2.1', '2.2': 'SEDA 2.2' },
    { default: '2.1', help: "Celle que demande le service d'archives." },
  ),
  serviceArchives: text("Service d'archives (identifiant)", { required: true, pastell: 'archival_agency_identifier' }),
  serviceVersant: text('Service versant (identifiant)', { required: true, pastell: 'transferring_agency_identifier' }),
  serviceProducteur: text('Service producteur (identifiant)', {
    help: `Vide : le bordereau n'en nomme pas. ${EXPRESSION}`,
    pastell: 'originating_agency_identifier',
  }),
  accord: text('Accord de versement', {
    help: "Identifiant donné par le service d'archives ; le plus souvent obligatoire.",
    pastell: 'archival_agreement',
  }),
  profil: text("Profil d'archivage", { pastell: 'ArchivalProfile' }),
  niveauService: text('Niveau de service', { pastell: 'ServiceLevel' }),
  commentaire: text('Commentaire du transfert', { help: EXPRESSION, pastell: 'commentaire' }),
  titre: text('Titre', { default: '%document.titre%', help: EXPRESSION, pastell: 'titre' }),
  description: longText('Description', { help: EXPRESSION, pastell: 'archiveunits_title' }),
  niveau: choice(
    'Niveau de description',
    {
      Fonds: 'Fonds',
      Subfonds: 'Sous-fonds',
      Class: 'Classe',
      Collection: 'Collection',
      Series: 'Série',
      Subseries: 'Sous-série',
      RecordGrp: "Groupe d'articles",
      SubGrp: "Sous-groupe d'articles",
      File: 'Dossier',
      Item: 'Pièce',
      OtherLevel: 'Autre',
    },
    { default: 'File', pastell: 'DescriptionLevel' },
  ),
  langue: text('Langue des documents', { default: 'fr', pastell: 'Language' }),
  langueDescription: text('Langue de la description', { default: 'fr', pastell: 'DescriptionLanguage' }),
  dateDebut: text('Date la plus ancienne', {
    default: '%journal.debut%',
    help: 'AAAA-MM-JJ. « %journal.debut% » et « %journal.fin% » sont les jours du premier et du dernier événement du dossier.',
    pastell: 'StartDate',
  }),
  dateFin: text('Date la plus récente', { default: '%journal.fin%', help: EXPRESSION, pastell: 'EndDate' }),
  historique: text('Historique de conservation', { help: EXPRESSION, pastell: 'CustodialHistory' }),
  motsCles: longText('Mots-clés', {
    help: `Un par ligne : contenu;référence;type (subject, geogname, corpname, persname…). Référence et type sont facultatifs. ${EXPRESSION}`,
    pastell: 'keywords',
  }),
  identifiantProducteur: text('Identifiant chez le producteur', {
    help: EXPRESSION,
    pastell: 'OriginatingAgencyArchiveIdentifier',
  }),
  identifiantVersant: text('Identifiant chez le service versant', {
    help: EXPRESSION,
    pastell: 'TransferringAgencyArchiveIdentifier',
  }),
  regleAcces: text("Règle d'accès", {
    help: 'Code de communicabilité, par exemple AR038.',
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
  sortFinal: choice(
    'Sort final',
    { Keep: 'Conserver', Destroy: 'Détruire' },
    { default: 'Keep', pastell: 'AppraisalRule_FinalAction' },
  ),
  unites: longText("Unités d'archives", {
    help: `Une ligne par champ de fichiers, « champ: titre », dans l'ordre voulu. Vide : tous les fichiers du dossier, sous le nom de leur champ. ${EXPRESSION}`,
  }),
  empreinte: choice(
    'Algorithme des empreintes',
    { sha256: 'SHA-256', sha512: 'SHA-512' },
    { default: 'sha256', pastell: 'hash_algorithm' },
  ),
}

export type SedaSettings = Values<typeof sedaFields>
