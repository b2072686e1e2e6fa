import { choice, flag, longText, number, text, type Values } from '../../authoring/fields.ts'

/** The settings that every gleaner shares, whatever the protocol (depot-files.md §B.1). */
export const gleanerFields = {
  actif: flag('Relève active', {
    help: 'Tant que la case est vide, rien n’est relevé : seuls « Tester » et l’essai à blanc fonctionnent.',
    pastell: 'traitement_actif',
  }),
  repertoire: text('Répertoire à relever', {
    required: true,
    help: 'Ce qui y arrive devient un dossier de Passeur. Il doit exister, et servir à ce connecteur seulement.',
    pastell: 'directory',
  }),
  repertoireTraites: text('Répertoire des éléments traités', {
    help: 'Chaque élément importé y est déplacé. Vide : il est supprimé une fois importé.',
    pastell: 'directory_send',
  }),
  repertoireErreurs: text('Répertoire des éléments en erreur', {
    required: true,
    help: 'Un élément refusé y est déplacé, avec à côté un fichier « .erreur.txt » qui dit pourquoi.',
    pastell: 'directory_error',
  }),
  forme: choice(
    'Ce qui est déposé',
    {
      zip: 'Une archive zip par dossier',
      dossier: 'Un répertoire par dossier',
      vrac: 'Des fichiers en vrac, réunis par leurs noms',
    },
    { default: 'zip', pastell: 'type_depot' },
  ),
  manifeste: choice(
    'Contenu du dossier à créer',
    { aucun: 'D’après les noms des fichiers (ci-dessous)', xml: 'D’après un manifeste XML' },
    {
      default: 'aucun',
      help: 'Avec un manifeste, les correspondances et les valeurs fixes ci-dessous ne servent pas.',
      pastell: 'manifest_type',
    },
  ),
  manifesteNom: text('Nom du manifeste', { default: 'manifest.xml', pastell: 'manifest_filename' }),
  flux: text('Flux à créer', {
    help: 'Identifiant du flux, ou son nom dans Pastell. Un manifeste qui nomme un flux l’emporte.',
    pastell: 'flux_name',
  }),
  correspondances: longText('Correspondances entre fichiers et champs', {
    help: 'Une ligne par champ, « champ: expression régulière », dans l’ordre. Chaque fichier est pris par la première ligne qui le reconnaît. « $matches[0][1] » reprend le premier groupe de la première ligne. Avec des fichiers en vrac, la première ligne désigne le fichier principal.',
    pastell: 'file_preg_match',
  }),
  valeurs: longText('Valeurs fixes', {
    help: 'Une ligne par champ, « champ: valeur ». « %champ% » donne le nom du fichier pris par ce champ, « $matches[0][1] » un groupe des lignes ci-dessus.',
    pastell: 'metadata_static',
  }),
  actionOk: text('Action si le dossier est complet', {
    help: 'Nom d’une action du flux, par exemple « envoyer ». Vide : le dossier reste en brouillon.',
    pastell: 'action_ok',
  }),
  actionKo: text('Action si le dossier est incomplet', {
    help: 'Nom d’une action du flux. Vide : le dossier reste en brouillon, et dit ce qui manque.',
    pastell: 'action_ko',
  }),
  forcer: flag('Tenter la première action même si le dossier est incomplet', { pastell: 'force_action_ok' }),
  attendreStable: flag('Attendre qu’un élément n’ait pas changé entre deux relèves', {
    default: true,
    help: 'À décocher seulement si les éléments arrivent par un renommage, donc toujours entiers.',
  }),
  parReleve: number('Éléments importés par relève', { default: 50, min: 1, max: 1_000 }),
  fichiersMax: number('Fichiers par élément, au plus', { default: 500, min: 1, max: 10_000 }),
  tailleMax: number('Taille d’un élément décompressé, au plus (Mo)', { default: 1_000, min: 1, max: 20_000 }),
}

export type GleanerOptions = Values<typeof gleanerFields>
