import { randomBytes } from 'node:crypto'
import parseAddresses from 'nodemailer/lib/addressparser'
import { choice, number, rows, text, type Row } from '#core'

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

export const allRead = (recipients: readonly Recipient[]): boolean =>
  recipients.length > 0 && recipients.every(each => each.luLe !== undefined)

export const allFailed = (recipients: readonly Recipient[]): boolean =>
  recipients.length > 0 && recipients.every(each => each.etat === 'erreur')

/** One address as it was typed, and where. */
interface Listed {
  readonly adresse: string
  readonly nom: string | undefined
  readonly role: Role
}

/** Entries of a list: commas, semicolons and line breaks part them, but not between quotes. */
const entriesOf = (list: string): readonly string[] =>
  [...list.matchAll(/(?:"[^"]*"|[^",;\n])+/gu)].map(([entry]) => entry.trim()).filter(Boolean)

const GROUP = /^(?:groupe|r[oô]le)\b[^<>@]*:/iu
const ADDRESS = /^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;.]+$/u

const readEntry = (entry: string, role: Role): Listed | string => {
  if (GROUP.test(entry))
    return `« ${entry} » désigne un groupe ou un rôle d'un carnet d'adresses, que ce hub n'a pas : écrivez les adresses une à une.`
  const [found, another] = parseAddresses(entry)
  const adresse = found && 'address' in found ? (found.address ?? '') : ''
  if (another || !ADDRESS.test(adresse))
    return `« ${entry} » n'est pas une adresse de courriel : corrigez-la, ou retirez-la de « ${ROLES[role]} ».`
  return { adresse, nom: found?.name || undefined, role }
}

/** The lists as they are asked for: each address once, in its first role. Faults are sentences. */
export const readLists = (
  lists: Readonly<Record<Role, string | undefined>>,
): { readonly listed: readonly Listed[]; readonly faults: readonly string[] } => {
  const listed = new Map<string, Listed>()
  const faults: string[] = []
  for (const role of ['to', 'cc', 'bcc'] as const)
    for (const entry of entriesOf(lists[role] ?? '')) {
      const read = readEntry(entry, role)
      if (typeof read === 'string') faults.push(read)
      else if (!listed.has(read.adresse.toLowerCase())) listed.set(read.adresse.toLowerCase(), read)
    }
  return { listed: [...listed.values()], faults }
}

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
