import type { Db } from '../db/knex.ts'
import { ROOT } from '../entities/model.ts'
import { readMailList, type Addressee, type ListEntry, type NamedGroup } from './mail-list.ts'
import { groupsSeenFrom, kindOf } from './groups.ts'
import { holdersOf, peopleOf } from './members.ts'
import { MOST_MEMBERS } from './model.ts'

/** An entry of a list and whom it names today, or the sentence that says why nobody. */
export type Expanded = { readonly entry: ListEntry } & (
  | { readonly people: readonly Addressee[]; readonly fault?: undefined }
  | { readonly people: readonly []; readonly fault: string }
)

/** Where the address book is read: it is the same for the page, for the engine and for tests in memory. */
export interface Contacts {
  /** The entries of a list of recipients, in their order, as this entity understands them. */
  read(entityId: string, list: string): Promise<readonly Expanded[]>
}

/** A role by its name or its label, whatever the case and accents. */
const roleNamed = async (db: Db, name: string): Promise<string | undefined> => {
  const role = await db('roles')
    .whereRaw('lower(sans_accent(label)) = lower(sans_accent(:name)) or lower(id) = lower(:name)', { name })
    .orderBy('id')
    .first<{ id: string } | undefined>('id')
  return role?.id
}

/** Case and accents aside, as the database compares them. */
const same = (one: string, other: string): boolean =>
  one.localeCompare(other, 'fr', { sensitivity: 'base', usage: 'search' }) === 0

/** The group that these words name from here: one's own before those inherited, the nearest first. */
const groupNamed = async (db: Db, entityId: string, { kind, where, name }: NamedGroup) =>
  (await groupsSeenFrom(db, entityId, { named: name }))
    .filter(group => kindOf(group) === kind)
    .find(group => {
      if (where.is === 'here') return true
      if (where.is === 'root') return group.entityId === ROOT
      return group.entityId !== entityId && same(group.entityName, where.name)
    })

const peopleNamed = async (db: Db, entityId: string, entry: NamedGroup): Promise<readonly Addressee[] | undefined> => {
  const group = await groupNamed(db, entityId, entry)
  if (group) return peopleOf(db, group)
  // A role may be named without a group made for it, but only here: above, its entity must have shared it.
  if (entry.kind === 'groupe' || entry.where.is !== 'here') return undefined
  const roleId = await roleNamed(db, entry.name)
  return roleId === undefined ? undefined : holdersOf(db, entityId, roleId)
}

const UNKNOWN = {
  groupe:
    "ne désigne aucun groupe de l'annuaire de cette entité, ni un groupe partagé par celles dont elle dépend : vérifiez son nom, ou écrivez les adresses",
  role: "ne désigne aucun rôle d'ici, ni un rôle partagé par les entités dont celle-ci dépend : vérifiez son nom, ou écrivez les adresses",
} as const
const EMPTY = {
  groupe: "n'a aucun membre : ajoutez-y des contacts dans l'annuaire, ou retirez-le",
  role: "n'est donné ici à aucun compte qui ait une adresse de courriel : retirez-le, ou écrivez les adresses",
} as const

const expandedGroup = async (db: Db, entityId: string, entry: NamedGroup): Promise<Expanded> => {
  const refuse = (why: string): Expanded => ({ entry, people: [], fault: `« ${entry.written} » ${why}.` })
  const people = await peopleNamed(db, entityId, entry)
  if (!people) return refuse(UNKNOWN[entry.kind])
  if (people.length > MOST_MEMBERS)
    return refuse(`compte plus de ${MOST_MEMBERS} personnes : partagez ce groupe en plusieurs`)
  return people.length === 0 ? refuse(EMPTY[entry.kind]) : { entry, people }
}

export const createContacts = ({ db }: { readonly db: Db }): Contacts => ({
  async read(entityId, list) {
    const expanded: Expanded[] = []
    for (const entry of readMailList(list)) {
      if (entry.is === 'group') expanded.push(await expandedGroup(db, entityId, entry))
      else if (entry.is === 'fault') expanded.push({ entry, people: [], fault: entry.message })
      else expanded.push({ entry, people: [{ name: entry.name, address: entry.address }] })
    }
    return expanded
  },
})
