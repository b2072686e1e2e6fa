import { date, secret, secretFile, text, url } from '../../authoring/fields.ts'

/** The PISTE application, the same for every account that goes through it. */
export interface PisteSettings {
  readonly urlPiste: string
  readonly urlApi: string
  readonly clientId: string
  readonly clientSecret: string
  readonly autorite?: Uint8Array | undefined
}

/** A technical account of Chorus Pro. */
export interface ChorusAccount {
  readonly login: string
  readonly password: string
}

/** Settings of every connector that goes through PISTE. */
export const pisteFields = {
  urlPiste: url('Adresse du jeton PISTE', {
    required: true,
    default: 'https://oauth.piste.gouv.fr/api/oauth/token',
    help: "Production : l'adresse proposée. Qualification : https://sandbox-oauth.piste.gouv.fr/api/oauth/token.",
    pastell: 'url_piste_get_token',
  }),
  urlApi: url("Adresse de l'API Chorus Pro", {
    required: true,
    default: 'https://api.piste.gouv.fr',
    help: "Production : l'adresse proposée. Qualification : https://sandbox-api.piste.gouv.fr.",
    pastell: 'url_piste_api',
  }),
  clientId: text("Identifiant de l'application PISTE", {
    required: true,
    help: 'Le « client id » de votre application sur piste.gouv.fr, abonnée aux API de Chorus Pro.',
    pastell: 'client_id',
  }),
  clientSecret: secret("Clé secrète de l'application PISTE", { required: true, pastell: 'client_secret' }),
  autorite: secretFile('Autorité de certification supplémentaire', {
    help: "Fichier PEM, seulement si vous passez par un serveur mandataire dont le certificat vient d'une autorité interne.",
  }),
}

/** The day a person must remember: Chorus Pro has no operation that tells it. */
export const passwordExpiryField = date('Expiration du mot de passe', {
  help: 'Facultatif. « Tester » prévient quinze jours avant cette date.',
})
