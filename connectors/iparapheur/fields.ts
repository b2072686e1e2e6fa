import { choice, flag, secret, secretFile, text, url, type Values } from '#core'

export const iparapheurFields = {
  adresse: url('Adresse du service web', {
    required: true,
    help: 'Par exemple https://parapheur.ma-ville.fr/ws-iparapheur. « ?wsdl » à la fin ne gêne pas.',
    pastell: 'iparapheur_wsdl',
  }),
  identifiant: text('Identifiant du compte technique', { required: true, pastell: 'iparapheur_login' }),
  motDePasse: secret('Mot de passe du compte technique', { required: true, pastell: 'iparapheur_password' }),
  certificat: secretFile('Certificat client (P12)', {
    help: "Seulement si l'exploitant du parapheur en exige un.",
  }),
  certificatMotDePasse: secret('Mot de passe du certificat'),
  autorite: secretFile('Autorité de certification supplémentaire', {
    help: "Fichier PEM, seulement si le certificat du parapheur vient d'une autorité interne.",
  }),
  transport: choice(
    'Transport des fichiers',
    { inline: 'Dans le message (sans MTOM)', mtom: 'À côté du message (MTOM)' },
    {
      default: 'inline',
      help: "MTOM épargne un tiers du volume. Selon ce choix, l'adresse se termine par ws-iparapheur-no-mtom ou ws-iparapheur : c'est fait automatiquement.",
    },
  ),
  type: text('Type de dossier', {
    help: "Vide : l'agent choisit parmi tous les types et sous-types. Le bouton « Tester » donne les types du compte.",
    pastell: 'iparapheur_type',
  }),
  visibilite: choice(
    'Visibilité des dossiers',
    { SERVICE: 'Service', PUBLIC: 'Publique', CONFIDENTIEL: 'Confidentielle' },
    { default: 'SERVICE', pastell: 'iparapheur_visibilite' },
  ),
  visuelPdf: secretFile('PDF montré à la place des documents XML', {
    help: 'Sans ce fichier, les signataires voient une page qui nomme le document.',
    pastell: 'visuel_pdf_default',
  }),
  signatureXml: choice(
    'Ce qui est signé dans un PES',
    {
      '1': 'Chaque bordereau si possible, sinon le PES entier',
      '2': 'Chaque bordereau',
      '3': 'Le PES entier',
      '4': 'Rien dans le fichier : signature détachée',
    },
    { default: '1', pastell: 'XPathPourSignatureXML' },
  ),
  metadonnees: text('Métadonnées du parapheur', {
    help: 'Liste « champ:métadonnée » séparée par des virgules. Le champ est celui du flux (par son nom ou celui de Pastell), la métadonnée celle du parapheur.',
    pattern: {
      regex: '^\\s*[^:,\\s]+\\s*:\\s*[^:,]+(,\\s*[^:,\\s]+\\s*:\\s*[^:,]+)*,?\\s*$',
      message: 'Écrire « champ:métadonnée », séparés par des virgules.',
    },
    pastell: 'iparapheur_metadata',
  }),
  plusieursDocuments: flag('Faire signer aussi les annexes', {
    help: "Le type de dossier du parapheur doit accepter plusieurs documents principaux. Les annexes PDF et XML en deviennent d'autres, signés comme le premier.",
    pastell: 'iparapheur_multi_doc',
  }),
  finDeVie: choice(
    'Une fois le dossier récupéré',
    { EFFACER: 'Effacer du parapheur', ARCHIVER: 'Archiver dans le parapheur' },
    { default: 'EFFACER', help: 'Un dossier rejeté est toujours effacé.' },
  ),
}

export type IparapheurSettings = Values<typeof iparapheurFields>
