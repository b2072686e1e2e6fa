import { choice, longText, secret, secretFile, text, url, type Values } from '#core'

export const cmisFields = {
  adresse: url('Adresse du service CMIS', {
    required: true,
    help: 'Adresse de la liaison « navigateur » (browser binding). Alfresco : « https://ged.exemple.fr/alfresco/api/-default-/public/cmis/versions/1.1/browser ». Nuxeo : « https://ged.exemple.fr/nuxeo/json/cmis ».',
    pastell: 'depot_cmis_url',
  }),
  identifiant: text('Identifiant', { required: true, pastell: 'depot_cmis_login' }),
  motDePasse: secret('Mot de passe', { required: true, pastell: 'depot_cmis_password' }),
  autorite: secretFile('Autorité de certification supplémentaire', {
    help: "Fichier PEM, seulement si le certificat du serveur vient d'une autorité qui n'est pas publique.",
  }),
  depot: text('Dépôt (repository)', {
    help: 'Identifiant du dépôt, seulement si le service en propose plusieurs. Vide : le premier.',
  }),
  dossier: text('Dossier de destination', {
    required: true,
    help: 'Chemin depuis la racine du dépôt ; il doit exister. Par exemple « /Sites/actes/documentLibrary ».',
    pastell: 'depot_cmis_directory',
  }),
  typeObjet: text('Type des documents', {
    default: 'cmis:document',
    help: 'Identifiant du type CMIS des fichiers. Dans Alfresco, un type propre à la collectivité commence par « D: », par exemple « D:acme:acte ».',
    pastell: 'depot_cmis_object_type_id',
  }),
  proprietes: longText('Propriétés des documents', {
    help: 'Une ligne par propriété : « "acme:numero":text:%numero% ». Le type est « datetime » pour une date, « text » pour tout le reste ; suivi de « [] », la valeur est une liste séparée par des virgules. Une expression qui ne donne rien n\'est pas envoyée.',
    pastell: 'depot_cmis_properties',
  }),
  version: choice(
    'Version créée',
    { major: 'Majeure (1.0)', minor: 'Mineure (0.1)', none: 'Aucune' },
    { default: 'major', help: 'Choisissez « Aucune » si le type des documents ne gère pas les versions.' },
  ),
}

export type CmisSettings = Values<typeof cmisFields>
