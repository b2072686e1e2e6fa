import { choice, number, secret, secretFile, text, url, type Values } from '#core'

export const asalaeFields = {
  url: url('Adresse du service web', {
    required: true,
    help: 'Par exemple https://sae.exemple.fr/restservices.',
    pastell: 'url',
  }),
  identifiant: text('Identifiant', { required: true, pastell: 'login' }),
  motDePasse: secret('Mot de passe', { required: true, pastell: 'password' }),
  formeMotDePasse: choice(
    'Envoi du mot de passe',
    { 'sha256-hex': 'Empreinte SHA-256 (as@lae 1.x et 2.x)', clair: 'Tel quel' },
    {
      default: 'sha256-hex',
      help: "L'exploitant d'as@lae sait laquelle est attendue. Le mot de passe voyage toujours chiffré par TLS.",
    },
  ),
  adresses: choice(
    'Forme des adresses',
    { chemin: 'Dans le chemin (sequence:…/message:…)', parametres: 'En paramètres (?sequence=…&message=…)' },
    { default: 'chemin' },
  ),
  tailleMorceau: number('Taille des morceaux, en octets', {
    default: 0,
    min: 0,
    help: "Une archive plus grande est envoyée en plusieurs morceaux. 0 : jamais. Les as@lae 1.x ne reçoivent pas plus de 2 000 000 000 octets d'un coup.",
    pastell: 'chunk_size_in_bytes',
  }),
  autorite: secretFile('Autorité de certification', {
    help: "Au format PEM, si le certificat du serveur n'est pas délivré par une autorité publique.",
  }),
}

export type AsalaeSettings = Values<typeof asalaeFields>
