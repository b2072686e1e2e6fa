import parseAddresses from 'nodemailer/lib/addressparser'

/** Somebody who can be written to. */
export interface Addressee {
  readonly name: string | undefined
  readonly address: string
}

/** Where a group or a role is looked for: here, then above; at the root; in an entity above, by its name. */
export type Whereabouts =
  { readonly is: 'here' } | { readonly is: 'root' } | { readonly is: 'above'; readonly name: string }

/** `groupe: "Élus"`, `rôle hérité de Ville: "Secrétariat"`. */
export interface NamedGroup {
  readonly is: 'group'
  /** As it was typed. */
  readonly written: string
  readonly kind: 'groupe' | 'role'
  readonly where: Whereabouts
  readonly name: string
}

/** One entry of a list of recipients. */
export type ListEntry =
  | ({ readonly is: 'address'; readonly written: string } & Addressee)
  | NamedGroup
  | { readonly is: 'fault'; readonly written: string; readonly message: string }

/** Commas, semicolons and line breaks part entries, but not between quotes. */
const entriesOf = (list: string): readonly string[] =>
  [...list.matchAll(/(?:"[^"]*"|[^",;\n])+/gu)].map(([entry]) => entry.trim()).filter(Boolean)

const GROUP =
  /^(?<kind>groupe|r[oô]le)(?:\s+(?:(?<root>globale?)|h[eé]rit[eé]e?\s+de\s+(?<above>.+?)))?\s*:\s*"?(?<name>[^"]+?)"?$/iu
const ADDRESS = /^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;.]+$/u

/** The address alone, as mail servers take it. */
export const isAddress = (text: string): boolean => ADDRESS.test(text)

const whereabouts = ({ root, above }: Readonly<Record<string, string | undefined>>): Whereabouts => {
  if (root !== undefined) return { is: 'root' }
  return above === undefined ? { is: 'here' } : { is: 'above', name: above.replaceAll('"', '').trim() }
}

const readEntry = (written: string): ListEntry => {
  const groups = GROUP.exec(written)?.groups
  if (groups && !written.includes('@'))
    return {
      is: 'group',
      written,
      kind: groups['kind']?.toLowerCase() === 'groupe' ? 'groupe' : 'role',
      where: whereabouts(groups),
      name: groups['name'] ?? '',
    }
  const [found, another] = parseAddresses(written)
  const address = found && 'address' in found ? (found.address ?? '') : ''
  if (another || !isAddress(address))
    return {
      is: 'fault',
      written,
      message: `« ${written} » n'est ni une adresse de courriel, ni un groupe de l'annuaire : corrigez-le, ou retirez-le.`,
    }
  return { is: 'address', written, name: found?.name || undefined, address }
}

/** A list of recipients as people and Pastell write it (domain §3.5): addresses, `"Nom" <adresse>`, `groupe: "…"`, `role: "…"`. */
export const readMailList = (list: string): readonly ListEntry[] => entriesOf(list).map(readEntry)

/** What is wrong with the writing of a list, in French; whether its groups exist is another question. */
export const mailListFault = (list: string): string | undefined =>
  readMailList(list).flatMap(entry => (entry.is === 'fault' ? entry.message : []))[0]

const ORIGINS = { here: '', root: ' global' } as const

/** A group as it is written in a list. @param above name of the entity it is inherited from */
export const writtenGroup = (kind: NamedGroup['kind'], name: string, where: Whereabouts): string => {
  const word = kind === 'role' && where.is !== 'here' ? 'rôle' : kind
  return where.is === 'above' ? `${word} hérité de ${where.name}: "${name}"` : `${word}${ORIGINS[where.is]}: "${name}"`
}

/** An addressee as it is written in a list. */
export const writtenAddress = ({ name, address }: Addressee): string =>
  name ? `"${name.replaceAll(/["\\\p{Cc}]/gu, ' ')}" <${address}>` : address

/** Each person once, whatever the case of the address: the first time it is named. */
export const distinctPeople = <P extends Addressee>(people: Iterable<P>): readonly P[] => {
  const once = new Map<string, P>()
  for (const each of people) {
    const key = each.address.toLowerCase()
    if (!once.has(key)) once.set(key, each)
  }
  return [...once.values()]
}
