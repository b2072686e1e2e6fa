import { longText, secret, secretFile, text, url, type Values } from '#core'

export const pastellFields = {
  adresse: url('Adresse de Pastell ou de Passeur', {
    required: true,
    help: 'Adresse de la plateforme, sans « /api », par exemple « https://pastell.exemple.fr ».',
    pastell: 'pastell_url',
  }),
  identifiant: text('Identifiant', { required: true, pastell: 'pastell_login' }),
  motDePasse: secret('Mot de passe', { required: true, pastell: 'pastell_password' }),
  certificat: secretFile('Certificat client (P12)', {
    help: 'Seulement si le compte est lié à un certificat.',
  }),
  certificatMotDePasse: secret('Mot de passe du certificat'),
  autorite: secretFile('Autorité de certification supplémentaire', {
    help: "Fichier PEM, seulement si le certificat du serveur vient d'une autorité qui n'est pas publique.",
  }),
  entite: text("Identifiant de l'entité", {
    required: true,
    pattern: { regex: '^[1-9]\\d*$', message: "L'identifiant de l'entité (id_e) est un nombre entier." },
    help: "Le nombre « id_e » de l'entité qui reçoit les dossiers.",
    pastell: 'pastell_id_e',
  }),
  typeDossier: text('Type de dossier', {
    required: true,
    help: 'Identifiant du type de dossier à créer, par exemple « actes-generique ».',
    pastell: 'pastell_type_dossier',
  }),
  correspondances: longText('Correspondance des champs', {
    required: true,
    help: 'Une ligne par champ à remplir : « champ de destination: %champ de ce dossier% », ou « champ de destination: valeur constante ». Une ligne dont la source est un champ de fichiers envoie ces fichiers.',
    pastell: 'pastell_metadata',
  }),
  action: text('Action à déclencher', {
    default: 'NO_ACTION',
    help: "Identifiant de l'action demandée une fois le dossier rempli, par exemple « orientation ». « NO_ACTION » : le dossier reste en cours de rédaction.",
    pastell: 'pastell_action',
  }),
}

export type PastellSettings = Values<typeof pastellFields>

/** The action of the settings; none when they say so. */
export const actionOf = ({ action }: PastellSettings): string | undefined =>
  action === '' || action === 'NO_ACTION' ? undefined : action
