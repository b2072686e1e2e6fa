import { choice, flag, longText, text, type Values } from '../../authoring/fields.ts'

/** The settings that every deposit shares, whatever the protocol (depot-files.md §A.1). */
export const depositFields = {
  typeDepot: choice(
    'Forme du dépôt',
    { dossier: 'Un répertoire par dossier', zip: 'Une archive zip par dossier', fichiers: 'Les fichiers à la racine' },
    { default: 'dossier', pastell: 'depot_type_depot' },
  ),
  titre: choice(
    'Nom du répertoire ou du zip',
    { titre: 'Titre du dossier', expression: "L'expression ci-dessous", id: 'Identifiant du dossier' },
    { default: 'titre', pastell: 'depot_titre_repertoire' },
  ),
  titreExpression: text('Expression du nom', {
    help: 'Chaque « %champ% » est remplacé par la valeur de ce champ, par exemple « %numero%-%objet% ». Un champ fichier donne le nom du fichier sans son extension.',
    pastell: 'depot_titre_expression',
  }),
  metadonnees: choice(
    'Fichier de métadonnées',
    { aucun: 'Aucun', xml: 'XML', json: 'JSON', yaml: 'YAML (extension .txt)' },
    { default: 'aucun', pastell: 'depot_metadonnees' },
  ),
  metadonneesNom: text('Nom du fichier de métadonnées', {
    default: 'metadata',
    help: 'Sans extension ; les « %champ% » sont remplacés. Avec des fichiers à la racine, choisissez une expression propre à chaque dossier, sinon le deuxième dossier trouvera le nom déjà pris.',
    pastell: 'depot_metadonnees_filename',
  }),
  metadonneesChamps: text('Champs des métadonnées', {
    help: 'Noms de champs séparés par des virgules. Vide : tous les champs.',
    pastell: 'depot_metadonnees_restriction',
  }),
  metadonneesNoms: choice(
    'Noms des champs dans les métadonnées',
    { passeur: 'Noms de Passeur', pastell: 'Noms de Pastell, quand ils existent' },
    { default: 'passeur', help: 'Choisissez les noms de Pastell quand une application lit déjà ces métadonnées.' },
  ),
  nomsFichiers: choice(
    'Noms des fichiers déposés',
    {
      original: "Nom d'origine",
      interne: 'Identifiant du dossier, champ et rang',
      expression: 'Les expressions ci-dessous',
    },
    { default: 'original', pastell: 'depot_pastell_file_filename' },
  ),
  nomsFichiersExpressions: longText('Expressions des noms de fichiers', {
    help: "Une ligne par champ : « champ: expression ». Un champ à plusieurs fichiers reçoit en plus « _rang » ; l'extension est conservée. Un champ sans ligne garde le nom d'origine.",
    pastell: 'depot_filename_preg_match',
  }),
  fichiers: text('Fichiers déposés', {
    help: 'Noms de champs séparés par des virgules. Vide : tous les fichiers.',
    pastell: 'depot_file_restriction',
  }),
  caracteresRemplaces: text('Caractères remplacés par un tiret', {
    default: '[\\\\/]',
    help: 'Expression régulière appliquée aux noms des fichiers et des répertoires, pas au contenu des métadonnées. La forme de Pastell « #…# » est comprise.',
    pastell: 'depot_filename_replacement_regexp',
  }),
  fichierTermine: flag('Écrire un fichier de fin de dépôt', {
    help: 'Écrit en dernier, dans le répertoire (forme « un répertoire par dossier » seulement).',
    pastell: 'depot_creation_fichier_termine',
  }),
  fichierTermineNom: text('Nom du fichier de fin', {
    default: 'fichier_termine.txt',
    pastell: 'depot_nom_fichier_termine',
  }),
  existeDeja: choice(
    'Si le nom existe déjà',
    { erreur: 'Refuser le dépôt', renommer: 'Ajouter la date et un suffixe au nom' },
    { default: 'erreur', pastell: 'depot_existe_deja' },
  ),
  suffixe: text("Suffixe pendant l'écriture", {
    default: '.part',
    pattern: {
      regex: '^[^/\\\\\\s]{0,20}$',
      message: 'Le suffixe compte au plus 20 caractères, sans espace ni barre oblique.',
    },
    help: "Rien n'apparaît sous son nom définitif avant d'être complet : l'écriture se fait sous « .passeur-… » suivi de ce suffixe, puis le nom définitif est donné.",
    pastell: 'depot_sftp_rename_suffix',
  }),
}

export type DepositOptions = Values<typeof depositFields>
