import { secret, secretFile, text } from '../../authoring/fields.ts'

/** The settings that every service of FAST asks for. */
export const fastFields = {
  abonnement: text("Numéro d'abonnement (SIREN)", {
    required: true,
    pattern: { regex: '^\\d{9}$', message: 'Le SIREN compte neuf chiffres, sans espace.' },
    pastell: 'numero_abonnement',
  }),
  certificat: secretFile('Certificat client (P12)', {
    required: true,
    help: 'Le certificat que Docaposte a enregistré pour cet abonnement, avec sa clé.',
    pastell: 'certificat_connexion',
  }),
  certificatMotDePasse: secret('Mot de passe du certificat', { pastell: 'certificat_password' }),
  autorite: secretFile('Autorité de certification supplémentaire', {
    help: "Fichier PEM, seulement si le certificat de FAST vient d'une autorité qui n'est pas publique.",
  }),
}
