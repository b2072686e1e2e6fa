import { choice, date, flag, number, secret, secretFile, text, url } from '../../authoring/fields.ts'
import { DOWNLOAD_CHOICES } from './window.ts'

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

/** Settings of every connector that collects received invoices: which ones, and the flow made of each. */
export const importFields = {
  flux: text('Flux créé pour chaque facture', { required: true, default: 'facture-cpp' }),
  deposeDepuis: number('Relever les statuts changés depuis (jours)', {
    default: 30,
    min: 1,
    max: 365,
    pastell: 'depose_depuis_nb_jours',
  }),
  deposeAvant: number("Et jusqu'à il y a (jours)", {
    default: 0,
    min: 0,
    help: "0 : jusqu'à aujourd'hui. Une valeur plus grande que la précédente est ignorée.",
    pastell: 'depose_avant_nb_jours',
  }),
  telechargement: choice('Factures relevées', DOWNLOAD_CHOICES, { default: '1', pastell: 'fetch_invoices_option' }),
  sansReleve: flag('Ne pas relever les factures', { pastell: 'no_recup_facture' }),
}

/** What a gathering answers when `sansReleve` is ticked. */
export const RELEVE_INTERDITE = 'Les réglages du connecteur interdisent de relever les factures.'
