import { UniqueViolationError } from 'objection'
import type { Db, Transaction } from '../db/knex.ts'
import { errors } from '../errors.ts'
import { isAddress } from './mail-list.ts'
import { ContactModel } from './model.ts'

/** A contact with the groups of its entity that hold it. */
export interface ListedContact {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly groups: readonly { readonly id: string; readonly name: string }[]
}

export interface ContactContents {
  readonly name: string
  readonly email: string
  /** Groups of contacts of the same entity; left out, those it had. */
  readonly groupIds?: readonly string[] | undefined
}

export interface ContactQuery {
  readonly entityId: string
  /** Of the name or of the address, whatever the case and accents. */
  readonly beginning?: string | undefined
  readonly groupId?: string | undefined
  /** `next` of the page before. */
  readonly after?: string | undefined
  readonly limit: number
}

const LONGEST = 200

const invalid = (field: string, message: string) => errors.badInput({ fields: [{ field, code: field, message }] })

/** What is wrong with a contact, in French. */
export const contactFault = ({ name, email }: Pick<ContactContents, 'name' | 'email'>): string | undefined => {
  if (!isAddress(email) || email.length > LONGEST)
    return `« ${email} » n'est pas une adresse de courriel : écrivez-la comme « camille@exemple.fr ».`
  return name.length > LONGEST || /[\p{Cc}"]/u.test(name)
    ? `Le nom d'un contact compte ${LONGEST} caractères au plus, sans guillemet ni saut de ligne.`
    : undefined
}

const checked = ({ name, email }: ContactContents) => {
  const values = { name: name.trim(), email: email.trim() }
  const fault = contactFault(values)
  if (fault !== undefined) throw invalid(isAddress(values.email) ? 'name' : 'email', fault)
  return values
}

const once = async <T>(email: string, work: PromiseLike<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    if (error instanceof UniqueViolationError)
      throw invalid('email', `« ${email} » est déjà dans l'annuaire de cette entité : modifiez ce contact-là.`)
    throw error
  }
}

/** The contact is in these groups of its entity, and in no other. @throws errors.mailGroupNotFound */
export const setGroups = async (
  trx: Transaction,
  { entityId, id }: Pick<ContactModel, 'entityId' | 'id'>,
  groupIds: readonly string[],
): Promise<void> => {
  const wanted = [...new Set(groupIds)]
  const known = await trx('contact_groups')
    .where('entity_id', entityId)
    .whereNull('role_id')
    .whereIn('id', wanted)
    .select<{ id: string }[]>('id')
  if (known.length < wanted.length) throw errors.mailGroupNotFound()
  await trx('contact_group_members')
    .where({ entity_id: entityId, contact_id: id })
    .whereNotIn('group_id', wanted)
    .delete()
  if (wanted.length > 0)
    await trx('contact_group_members')
      .insert(wanted.map(groupId => ({ entityId, groupId, contactId: id })))
      .onConflict()
      .ignore()
}

const withGroups = async (db: Db, contacts: readonly ContactModel[]): Promise<readonly ListedContact[]> => {
  const [{ entityId } = { entityId: '' }] = contacts
  const rows =
    contacts.length === 0
      ? []
      : await db('contact_group_members as m')
          .join('contact_groups as g', join => join.on('g.entity_id', 'm.entity_id').andOn('g.id', 'm.group_id'))
          .where('m.entity_id', entityId)
          .whereIn(
            'm.contact_id',
            contacts.map(each => each.id),
          )
          .orderBy(['g.name_key', 'g.id'])
          .select<{ contactId: string; id: string; name: string }[]>('m.contact_id', 'g.id', 'g.name')
  return contacts.map(({ id, name, email }) => ({
    id,
    name,
    email,
    groups: rows.filter(row => row.contactId === id).map(row => ({ id: row.id, name: row.name })),
  }))
}

const cursorOf = ({ nameKey, id }: ContactModel): string => Buffer.from(`${id} ${nameKey}`).toString('base64url')

const decoded = (cursor: string): readonly [string, string] => {
  const [id = '', ...key] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ')
  if (!/^\d{1,18}$/u.test(id)) throw errors.badRequest({ detail: '« apres » ne vient pas de cette liste.' })
  return [key.join(' '), id]
}

/** The contacts of an entity, by name, page by page. @throws errors.badRequest for a cursor of another list */
export const listContacts = async (
  db: Db,
  { entityId, beginning, groupId, after, limit }: ContactQuery,
): Promise<{ readonly items: readonly ListedContact[]; readonly next: string | null }> => {
  const found = await ContactModel.query(db)
    .where({ entityId })
    .modify(query => {
      if (beginning !== undefined)
        void query.whereRaw('(name_key ^@ lower(sans_accent(?)) or email_key ^@ lower(?))', [beginning, beginning])
      if (groupId !== undefined)
        void query.whereIn(
          'id',
          db('contact_group_members').where({ entity_id: entityId, group_id: groupId }).select('contact_id'),
        )
      if (after !== undefined) void query.whereRaw('(name_key, id) > (?, ?::bigint)', [...decoded(after)])
    })
    .orderBy(['name_key', 'id'])
    .limit(limit + 1)
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return { items: await withGroups(db, page), next: found.length > limit && last ? cursorOf(last) : null }
}

const listed = async (db: Db, contact: ContactModel): Promise<ListedContact> => {
  const [found] = await withGroups(db, [contact])
  return found ?? { ...contact, groups: [] }
}

/** @throws errors.badInput for an address that is none or is already there, errors.mailGroupNotFound */
export const createContact = async (
  trx: Transaction,
  entityId: string,
  contents: ContactContents,
): Promise<ListedContact> => {
  const values = checked(contents)
  const contact = await once(values.email, ContactModel.query(trx).insertAndFetch({ entityId, ...values }))
  await setGroups(trx, contact, contents.groupIds ?? [])
  return listed(trx, contact)
}

const findContact = async (db: Db, entityId: string, id: string): Promise<ContactModel> => {
  const contact = await ContactModel.query(db).findById([entityId, id])
  if (!contact) throw errors.contactNotFound()
  return contact
}

/** Changes what is given, leaves the rest. @throws errors.contactNotFound, errors.badInput, errors.mailGroupNotFound */
export const updateContact = async (
  trx: Transaction,
  entityId: string,
  id: string,
  changes: Partial<ContactContents>,
): Promise<ListedContact> => {
  const contact = await findContact(trx, entityId, id)
  const values = checked({ name: changes.name ?? contact.name, email: changes.email ?? contact.email })
  const changed = await once(values.email, contact.$query(trx).patchAndFetch(values))
  if (changes.groupIds) await setGroups(trx, contact, changes.groupIds)
  return listed(trx, changed)
}

/** Removes a contact, from its groups as well. @throws errors.contactNotFound */
export const deleteContact = async (trx: Transaction, entityId: string, id: string): Promise<ListedContact> => {
  const contact = await findContact(trx, entityId, id)
  const before = await listed(trx, contact)
  await contact.$query(trx).delete()
  return before
}
