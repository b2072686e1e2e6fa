import { choice, flag, longText, number, secret, secretFile, text, url, type Values } from '#core'

export const recupFields = {
  actif: flag('Relève active', {
    help: 'Tant que la case est vide, rien n’est relevé : seul « Tester » fonctionne.',
  }),
  url: url('Adresse du i-Parapheur', {
    required: true,
    help: 'Par exemple https://parapheur.ma-ville.fr, sans chemin.',
    pastell: 'url',
  }),
  username: text('Identifiant du compte technique', { required: true, pastell: 'username' }),
  password: secret('Mot de passe du compte technique', { required: true, pastell: 'password' }),
  autorite: secretFile('Autorité de certification supplémentaire', {
    help: "Fichier PEM, seulement si le certificat du parapheur vient d'une autorité interne.",
  }),
  tenant: text("Identifiant de l'entité", {
    required: true,
    help: 'Le bouton « Tester » donne la liste des entités du compte.',
    pastell: 'tenant_id',
  }),
  source: choice(
    'Ce qui est relevé',
    {
      termines: 'Les dossiers terminés d’un bureau',
      corbeille: 'La corbeille de l’entité',
      tout: 'Les deux',
    },
    { default: 'termines', help: 'La corbeille demande un compte administrateur de l’entité.' },
  ),
  desk: text('Identifiant du bureau', {
    help: "Nécessaire pour les dossiers terminés. Le bouton « Tester » donne la liste des bureaux de l'entité.",
    pastell: 'desk_id',
  }),
  flux: text('Flux à créer', {
    default: 'ls-recup-parapheur',
    help: 'Identifiant du flux, ou son nom dans Pastell.',
    pastell: 'pastell_module_id',
  }),
  correspondances: longText('Correspondances avec les champs du flux', {
    help: 'Une ligne par élément, « élément: champ ». Éléments : dossier_id, dossier_name, document_signe, signature_detachee, annexe, bordereau, premis. Sans ligne, un élément va dans le champ de son nom.',
    pastell: 'pastell_dictionnary',
  }),
  nombre: number('Nombre de dossiers par relève', { default: 10, min: 1, max: 500, pastell: 'nb_recup' }),
  actionOk: text('Action si le dossier est complet', {
    default: 'envoyer',
    help: 'Nom d’une action du flux. Vide : le dossier reste en brouillon.',
  }),
  ensuite: choice(
    'Une fois le dossier enregistré ici',
    { supprimer: 'Le supprimer du parapheur', corbeille: 'Le mettre à la corbeille du parapheur' },
    { default: 'supprimer', help: 'Un dossier relevé dans la corbeille en est toujours supprimé.' },
  ),
}

export type RecupSettings = Values<typeof recupFields>
