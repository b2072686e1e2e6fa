import type { Db, Transaction } from '../db/knex.ts'
import { errors } from '../errors.ts'
import { contactFault } from './contacts.ts'
import type { CsvContact } from './csv-lines.ts'
import { groupNameFault } from './groups.ts'
import { ContactGroupModel, MOST_GROUPS } from './model.ts'

/** What becomes of a line. */
export interface ImportLine {
  readonly line: number
  readonly email: string
  readonly status: 'cree' | 'modifie' | 'inchange' | 'refuse'
  /** What changes, or why it is refused. */
  readonly message: string
}

/** What an import does, decided in memory: the rehearsal shows it, the real one writes it. */
export interface ImportPlan {
  readonly lines: readonly ImportLine[]
  /** Groups that do not exist yet. */
  readonly newGroups: readonly string[]
  readonly contacts: readonly CsvContact[]
}

interface Known {
  readonly name: string
  readonly groups: ReadonlySet<string>
}

/** Case and accents aside, as the database keys names: the same words are the same group. */
const keyOf = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()

const knownContacts = async (db: Db, entityId: string, emails: readonly string[]) => {
  const rows = await db('contacts as c')
    .where('c.entity_id', entityId)
    .whereIn('c.email_key', emails)
    .select<{ emailKey: string; name: string; groups: readonly string[] }[]>(
      'c.email_key',
      'c.name',
      db.raw(`array(
        select g.name from contact_group_members m join contact_groups g on g.entity_id = m.entity_id and g.id = m.group_id
        where m.entity_id = c.entity_id and m.contact_id = c.id) as groups`),
    )
  return new Map(
    rows.map(({ emailKey, name, groups }): [string, Known] => [emailKey, { name, groups: new Set(groups.map(keyOf)) }]),
  )
}

const changesOf = ({ name, groups }: CsvContact, known: Known): readonly string[] => [
  ...(name !== '' && name !== known.name ? [`nom : « ${name} »`] : []),
  ...groups.filter(each => !known.groups.has(keyOf(each))).map(each => `ajouté au groupe « ${each} »`),
]

const decide = (
  contact: CsvContact,
  { known, first }: { readonly known: Known | undefined; readonly first: number | undefined },
): ImportLine => {
  const { line, email } = contact
  const refuse = (message: string): ImportLine => ({ line, email, status: 'refuse', message })
  const fault = contactFault(contact) ?? contact.groups.map(groupNameFault).find(Boolean)
  if (fault !== undefined) return refuse(fault)
  if (first !== undefined) return refuse(`Cette adresse est déjà à la ligne ${first} du fichier : gardez-en une.`)
  if (!known)
    return {
      line,
      email,
      status: 'cree',
      message: contact.groups.length > 0 ? `groupes : ${contact.groups.join(', ')}` : '',
    }
  const changes = changesOf(contact, known)
  return { line, email, status: changes.length > 0 ? 'modifie' : 'inchange', message: changes.join(' ; ') }
}

/** Says what each line would do. Nothing is ever taken away: a contact that the file does not name stays, in its groups as well. */
export const planImport = async (db: Db, entityId: string, given: readonly CsvContact[]): Promise<ImportPlan> => {
  const known = await knownContacts(db, entityId, [...new Set(given.map(each => each.email.toLowerCase()))])
  const groups = await db('contact_groups').where({ entityId }).whereNull('role_id').select<{ name: string }[]>('name')
  const seen = new Map<string, number>()
  const decided = given.map(contact => {
    const key = contact.email.toLowerCase()
    const line = decide(contact, { known: known.get(key), first: seen.get(key) })
    if (line.status !== 'refuse') seen.set(key, contact.line)
    return { contact, line }
  })
  const kept = decided.filter(({ line }) => line.status === 'cree' || line.status === 'modifie')
  const existing = new Set(groups.map(({ name }) => keyOf(name)))
  const newGroups = new Map(
    kept
      .flatMap(({ contact }) => contact.groups)
      .filter(name => !existing.has(keyOf(name)))
      .map(name => [keyOf(name), name]),
  )
  return {
    lines: decided.map(({ line }) => line),
    newGroups: [...newGroups.values()],
    contacts: kept.map(({ contact }) => contact),
  }
}

const SLICE = 500

const slices = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / SLICE) }, (_, n) => items.slice(n * SLICE, (n + 1) * SLICE))

/** Writes what a plan says. What somebody else wrote meanwhile is completed, never taken away. @throws errors.conflict for too many groups */
export const applyImport = async (
  trx: Transaction,
  entityId: string,
  { contacts, newGroups }: ImportPlan,
): Promise<void> => {
  const held = await ContactGroupModel.query(trx).where({ entityId }).resultSize()
  if (held + newGroups.length > MOST_GROUPS)
    throw errors.conflict({
      detail: `Une entité compte ${MOST_GROUPS} groupes au plus : ce fichier en ferait ${held + newGroups.length}.`,
    })
  for (const names of slices(newGroups))
    await trx.raw(
      `insert into contact_groups (entity_id, name) select :entityId, unnest(:names::text[])
       on conflict (entity_id, name_key, (role_id is null)) do nothing`,
      { entityId, names: [...names] },
    )
  for (const slice of slices(contacts)) {
    await trx.raw(
      `insert into contacts (entity_id, email, name)
       select :entityId, email, name from unnest(:emails::text[], :names::text[]) as given (email, name)
       on conflict (entity_id, email_key) do update set name = coalesce(nullif(excluded.name, ''), contacts.name)`,
      { entityId, emails: slice.map(each => each.email), names: slice.map(each => each.name) },
    )
    const members = slice.flatMap(({ email, groups }) => groups.map(group => ({ email, group })))
    await trx.raw(
      `insert into contact_group_members (entity_id, group_id, contact_id)
       select :entityId, g.id, c.id
       from unnest(:emails::text[], :groups::text[]) as given (email, name)
       join contacts c on c.entity_id = :entityId and c.email_key = lower(given.email)
       join contact_groups g on g.entity_id = :entityId and g.role_id is null
         and g.name_key = lower(sans_accent(given.name))
       on conflict do nothing`,
      { entityId, emails: members.map(each => each.email), groups: members.map(each => each.group) },
    )
  }
}
