import { distinctPeople, readMailList, type Addressee, type Expanded } from '#core'
import type { Role } from './recipients.ts'

/** One person to write to, and how. */
export interface Listed {
  readonly adresse: string
  readonly nom: string | undefined
  readonly role: Role
}

interface Heard extends Addressee {
  readonly role: Role
}

/**
 * The lists as they are asked for, groups made of their members of the day: each person once, in its first role. Faults are sentences.
 * @param recipients reads one list with the address book of the entity
 */
export const readLists = async (
  lists: Readonly<Record<Role, string | undefined>>,
  recipients: (list: string) => Promise<readonly Expanded[]>,
): Promise<{ readonly listed: readonly Listed[]; readonly faults: readonly string[] }> => {
  const heard: Heard[] = []
  const faults: string[] = []
  for (const role of ['to', 'cc', 'bcc'] as const)
    for (const { people, fault } of await recipients(lists[role] ?? '')) {
      if (fault !== undefined) faults.push(fault)
      heard.push(...people.map(each => ({ ...each, role })))
    }
  return {
    listed: distinctPeople(heard).map(({ name, address, role }) => ({ adresse: address, nom: name, role })),
    faults,
  }
}

/**
 * Addresses of people who already have the message. A group does not say who they are: it may have changed since.
 * @returns lower-case addresses, or the sentence that refuses
 */
export const namedAgain = (list: string | undefined): ReadonlySet<string> | string => {
  const addresses = new Set<string>()
  for (const entry of readMailList(list ?? '')) {
    if (entry.is === 'fault') return entry.message
    if (entry.is === 'group')
      return `« ${entry.written} » désigne plusieurs personnes : écrivez les adresses, telles qu'elles sont au suivi des destinataires`
    addresses.add(entry.address.toLowerCase())
  }
  return addresses
}
