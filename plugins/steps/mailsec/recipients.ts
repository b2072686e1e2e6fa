import { randomBytes } from 'node:crypto'
import { choice, number, rows, text, type Row } from '#core'
import type { Listed } from './lists.ts'

/** How somebody is written to. */
export const ROLES = { to: 'Destinataire', cc: 'En copie', bcc: 'En copie cachée' } as const
export type Role = keyof typeof ROLES

const STATES = {
  attente: 'À envoyer',
  envoye: 'Envoyé',
  lu: 'Lu',
  repondu: 'A répondu',
  erreur: 'Non remis',
  non_recu: 'Déclaré non reçu',
} as const

const ROW = {
  adresse: text('Adresse', { required: true }),
  nom: text('Nom'),
  role: choice('Rôle', ROLES, { required: true }),
  etat: choice('État', STATES, { required: true }),
  envoyeLe: text('Envoyé le'),
  relanceLe: text('Dernier renvoi le'),
  envois: number("Nombre d'envois", { default: 0 }),
  tour: number('Envois demandés', { default: 1, hidden: true }),
  luLe: text('Lu le'),
  reponduLe: text('Répondu le'),
  reponse: text('Document de la réponse', { hidden: true }),
  titreReponse: text('Titre de la réponse', { hidden: true }),
  erreur: text('Raison de la non-remise'),
  cle: text('Clé du courriel', { required: true, hidden: true }),
  acces: text('Empreintes du lien', { hidden: true }),
}

/** What happened to each recipient. Dates are those of the clock in France, `YYYY-MM-DD HH:mm:ss`. */
export const recipientRows = rows('Suivi des destinataires', ROW, { computed: true })

export type Recipient = Row<typeof ROW>

/** The rows among the fields of the step, as they are when a change is stored. */
export const recipientsIn = (data: Readonly<Record<string, unknown>>): readonly Recipient[] =>
  (data['destinataires'] as readonly Recipient[] | undefined) ?? []

/** What else follows from the rows: what finds the document again, and the counts. Everything recomputed, nothing incremented. */
export const withRecipients = (recipients: readonly Recipient[]) => ({
  destinataires: recipients,
  cles: recipients.map(each => each.cle).join('\n'),
  acces: recipients.flatMap(each => digestsOf(each)).join('\n'),
  envoyes: recipients.length,
  lus: recipients.filter(each => each.luLe !== undefined).length,
  repondus: recipients.filter(each => each.reponduLe !== undefined).length,
})

/** Digests of the links of a recipient: several when the key of the platform changed between two sendings. */
export const digestsOf = ({ acces }: Recipient): readonly string[] => (acces ?? '').split(' ').filter(Boolean)

export const changed = (
  recipients: readonly Recipient[],
  cle: string,
  change: (recipient: Recipient) => Recipient,
): readonly Recipient[] => recipients.map(each => (each.cle === cle ? change(each) : each))

/** A message is to leave for this one. */
export const isWaiting = ({ etat, envois, tour }: Recipient): boolean =>
  envois < tour && etat !== 'erreur' && etat !== 'non_recu'

/** What is added to a sentence when letters did not arrive: « , dont 1 non remis ». */
export const notDelivered = (recipients: readonly Recipient[]): string => {
  const lost = recipients.filter(each => each.etat === 'erreur').length
  return lost === 0 ? '' : `, dont ${lost} non remis`
}

/** Written when the file of it changes: what the recipients did since has no proof yet. */
export const progress = (recipients: readonly Recipient[]): string =>
  `Lu par ${recipients.filter(each => each.luLe !== undefined).length} sur ${recipients.length}${notDelivered(recipients)}`

/** Whoever holds the link of this digest. */
export const bearerOf = (recipients: readonly Recipient[], digest: unknown): Recipient | undefined =>
  recipients.find(each => typeof digest === 'string' && digestsOf(each).includes(digest))

export const allRead = (recipients: readonly Recipient[]): boolean =>
  recipients.length > 0 && recipients.every(each => each.luLe !== undefined)

export const allFailed = (recipients: readonly Recipient[]): boolean =>
  recipients.length > 0 && recipients.every(each => each.etat === 'erreur')

/** Lower-case letters and digits: mail servers may change the case of what is in an envelope. 100 bits: nobody guesses another's. */
const newKey = (): string => randomBytes(13).toString('hex').slice(0, 25)

/**
 * The recipients after the lists were read: those who received something stay, those whose mail was returned are tried again when they are
 * still asked for, the others leave with their address.
 */
export const gathered = (before: readonly Recipient[], listed: readonly Listed[]): readonly Recipient[] => {
  const wanted = new Map(listed.map(each => [each.adresse.toLowerCase(), each]))
  const kept = before.flatMap((each): readonly Recipient[] => {
    const again = wanted.has(each.adresse.toLowerCase())
    wanted.delete(each.adresse.toLowerCase())
    if (each.etat !== 'erreur') return each.envois > 0 || again ? [each] : []
    return again ? [{ ...each, etat: 'attente', erreur: undefined, tour: each.envois + 1 }] : []
  })
  const added = [...wanted.values()].map(({ adresse, nom, role }): Recipient => ({
    adresse,
    nom,
    role,
    etat: 'attente',
    envoyeLe: undefined,
    relanceLe: undefined,
    envois: 0,
    tour: 1,
    luLe: undefined,
    reponduLe: undefined,
    reponse: undefined,
    titreReponse: undefined,
    erreur: undefined,
    cle: newKey(),
    acces: undefined,
  }))
  return [...kept, ...added]
}

/** Asks for one more message to those who have not read, or to the addresses given. */
export const askedAgain = (recipients: readonly Recipient[], only: ReadonlySet<string>): readonly Recipient[] =>
  recipients.map(each => {
    const concerned = only.size === 0 ? each.luLe === undefined : only.has(each.adresse.toLowerCase())
    if (!concerned || each.etat === 'non_recu' || each.etat === 'erreur') return each
    return { ...each, tour: each.envois + 1 }
  })
