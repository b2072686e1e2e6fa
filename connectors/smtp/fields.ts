import { choice, flag, longText, number, secret, secretFile, text, type Values } from '#core'

const ADDRESS = {
  regex: '^[^\\s<>@",;:]+@[^\\s<>@",;:]+$',
  message: 'Une adresse seule, par exemple « ne-pas-repondre@ville.fr ».',
}
const PLACEHOLDERS = '%ENTITE%, %TITRE%, %LINK%, %FLUX:champ% et %FLUX:@fichier:clé:clé% y sont remplacés.'

/** Settings of mailsec.md §1, and those of the server. */
export const smtpFields = {
  serveur: text('Serveur SMTP', { required: true, help: "Nom du relais de messagerie de l'établissement." }),
  port: number('Port', {
    default: 587,
    min: 1,
    max: 65_535,
    help: '587 pour STARTTLS, 465 pour TLS, 25 pour un relais interne.',
  }),
  securite: choice(
    'Chiffrement',
    { starttls: 'STARTTLS exigé', tls: 'TLS dès la connexion', aucun: 'Aucun (relais interne seulement)' },
    {
      default: 'starttls',
      help: "« Aucun » n'est possible que vers un réseau interne que la plateforme autorise.",
    },
  ),
  identifiant: text('Identifiant', { help: 'Vide : le relais accepte sans compte.' }),
  motDePasse: secret('Mot de passe'),
  autorite: secretFile('Autorité de certification supplémentaire', {
    help: 'Fichier PEM, seulement si le certificat du relais vient d’une autorité interne.',
  }),
  expediteur: text("Adresse de l'expéditeur", {
    required: true,
    pattern: ADDRESS,
    help: 'Une adresse que le relais accepte et que le domaine autorise (SPF, DKIM).',
  }),
  expediteurNom: text("Nom de l'expéditeur", {
    default: '%ENTITE%',
    help: "Affiché à la place de l'adresse. %ENTITE% y est remplacé.",
    pastell: 'mailsec_from_description',
  }),
  repondreA: text('Adresse de réponse', {
    pattern: ADDRESS,
    help: "Vide : l'adresse de l'expéditeur.",
    pastell: 'mailsec_reply_to',
  }),
  objet: text('Objet', {
    required: true,
    default: '%ENTITE% met un document à votre disposition : %TITRE%',
    help: PLACEHOLDERS,
    pastell: 'mailsec_subject',
  }),
  contenu: longText('Texte', {
    required: true,
    default:
      'Bonjour,\n\n%ENTITE% met à votre disposition le document « %TITRE% ».\n\nPour le consulter, ouvrez cette adresse :\n%LINK%\n\nCette adresse vous est personnelle : ne la transmettez pas.\n',
    help: `${PLACEHOLDERS} Sans %LINK%, le lien est ajouté à la fin.`,
    pastell: 'mailsec_content',
  }),
  contenuHtml: secretFile('Modèle HTML', {
    help: `Facultatif, en UTF-8. ${PLACEHOLDERS} Les images jointes s'y écrivent cid:image0, cid:image1…`,
    pastell: 'content_html',
  }),
  image0: secretFile('Image 0 du modèle (cid:image0)', { help: 'PNG, JPEG, GIF ou WebP.', pastell: 'embeded_image' }),
  image1: secretFile('Image 1 du modèle (cid:image1)'),
  image2: secretFile('Image 2 du modèle (cid:image2)'),
  image3: secretFile('Image 3 du modèle (cid:image3)'),
  cheminRetour: text('Adresse de retour', {
    pattern: ADDRESS,
    help: "Où arrivent les avis de non-remise : la boîte que relève « Courriels non remis ». Vide : l'adresse de l'expéditeur.",
  }),
  verp: flag("Clé dans l'adresse de retour", {
    default: false,
    help: 'Écrit « retour+clé@ville.fr » pour retrouver aussi les avis mal formés. À cocher si le serveur de la boîte accepte les adresses à « + ».',
  }),
  entete: text("Nom de l'en-tête de suivi", {
    default: 'X-PASTELL-DOCUMENT',
    pattern: {
      regex: '^X-[A-Za-z0-9-]{1,60}$',
      message: 'Un nom qui commence par « X- », lettres, chiffres et tirets.',
    },
    help: 'Porte la clé du message ; le même que dans « Courriels non remis ».',
  }),
  avisDeRemise: flag('Demander aussi les avis de remise', {
    help: "Les serveurs qui le savent écrivent alors à l'adresse de retour pour chaque message remis.",
  }),
}

export type SmtpSettings = Values<typeof smtpFields>
