import { choice, longText, secret, secretFile, text, url, type Values } from '#core'

export const idelibreFields = {
  url: url("Adresse d'i-delibRE", { required: true, help: 'Par exemple https://idelibre.ma-ville.fr, sans chemin.' }),
  api: choice(
    "API d'i-delibRE",
    { v2: 'Version 2 (jeton)', ancienne: 'Ancienne (connexion et compte de secrétaire)' },
    { default: 'v2', help: "L'ancienne API ne sait que créer une séance avec tout son ordre du jour." },
  ),
  jeton: secret("Jeton de l'API", {
    help: "Obligatoire pour la version 2. Avec l'ancienne API, il permet de retrouver et de suivre les séances créées.",
  }),
  structure: text('Identifiant de la structure', {
    help: 'Vide : celle du jeton. « Tester » la nomme.',
  }),
  connexion: text('Nom de la connexion', { help: "Ancienne API : donné par l'administrateur d'i-delibRE." }),
  identifiant: text('Identifiant du secrétaire', { help: 'Ancienne API : sans le suffixe « @structure ».' }),
  motDePasse: secret('Mot de passe du secrétaire', { help: 'Ancienne API.' }),
  correspondances: longText('Correspondance des types de séance', {
    help: "Une ligne par type, « type du dossier = type d'i-delibRE » (nom ou identifiant). Sans correspondance, le nom est repris tel quel.",
  }),
  themeParDefaut: text('Thème par défaut', {
    default: 'Sans thème',
    help: "Ancienne API : le thème des projets qui n'en ont pas, car elle en exige un.",
  }),
  fuseau: choice(
    'Heure attendue par la version 2',
    { UTC: 'Temps universel', 'Europe/Paris': 'Heure de Paris' },
    {
      default: 'UTC',
      help: "Si une séance créée apparaît dans i-delibRE avec une ou deux heures d'écart, changez ce réglage.",
    },
  ),
  modification: choice(
    "Modification d'une séance",
    { refuser: 'Jamais par le hub', put: 'Par une requête PUT' },
    {
      default: 'refuser',
      help: "Certains serveurs ne lisent pas les fichiers d'une requête PUT : essayez-le sur une séance de test avant de le choisir.",
    },
  ),
  ordreDuJour: choice(
    "Changement de l'ordre du jour",
    { remplacer: "Par le hub, avant l'envoi des convocations", refuser: 'Jamais par le hub' },
    {
      default: 'remplacer',
      help: "i-delibRE ne complète pas un ordre du jour : le hub retire les projets qu'il y avait déposés, puis dépose les nouveaux. Ce que quelqu'un d'autre y a mis n'est jamais retiré.",
    },
  ),
  autorite: secretFile('Autorité de certification supplémentaire', {
    help: "Fichier PEM, seulement si le certificat d'i-delibRE vient d'une autorité interne.",
  }),
}

export type IdelibreSettings = Values<typeof idelibreFields>
