import type { Attendance, Convoque } from '#core'
import type { Called, User } from './client.ts'

const nameOf = ({ firstName, lastName }: User): string =>
  [firstName, lastName]
    .filter(part => part)
    .join(' ')
    .trim()

const personIn = (person: User | string | null | undefined): string | undefined =>
  person === null || person === undefined || person === ''
    ? undefined
    : typeof person === 'string'
      ? person
      : nameOf(person)

const instantIn = (stamp: Called['sentTimestamp']): string | undefined => {
  const told = typeof stamp === 'string' ? stamp : stamp?.createdAt
  return told !== undefined && told !== '' && !Number.isNaN(Date.parse(told)) ? new Date(told).toISOString() : undefined
}

/** Words of i-delibRE; `poa` is the mandate (« pouvoir »). */
const WORDS: Readonly<Record<string, Attendance>> = {
  present: 'present',
  remote: 'remote',
  absent: 'absent',
  deputy: 'deputy',
  poa: 'mandate',
  mandate: 'mandate',
  mandator: 'mandate',
}

/** Whether this convocation has left. */
export const hasLeft = ({ sentTimestamp, isActive }: Called): boolean =>
  instantIn(sentTimestamp) !== undefined || isActive === true

/** One convocation, in the words of the hub. */
export const convoqueOf = (called: Called): Convoque => {
  const { user, category, attendance, deputy, mandator } = called
  const readAt = called.isRead === false ? undefined : instantIn(called.receivedTimestamp)
  const sentAt = instantIn(called.sentTimestamp)
  const met = WORDS[attendance ?? '']
  const representedBy = met === 'mandate' ? personIn(mandator) : met === 'deputy' ? personIn(deputy) : undefined
  return {
    name: (user ? nameOf(user) : '') || 'Personne sans nom',
    category: category ?? 'convocation',
    ...(user?.email ? { email: user.email } : {}),
    ...(sentAt ? { sentAt } : {}),
    ...(readAt ? { readAt } : {}),
    ...(met ? { attendance: met } : {}),
    ...(representedBy ? { representedBy } : {}),
  }
}

/** « NOM, Prénom », which the former API splits again. */
export const legacyReporter = ({ firstName, lastName }: User): string => `${lastName ?? ''}, ${firstName ?? ''}`

/** Elected members; everybody when the list does not say who is one. */
export const reportersIn = (users: readonly User[]): readonly User[] => {
  const active = users.filter(({ isActive }) => isActive !== false)
  const actors = active.filter(({ role }) => /^(?:actor|élu|elu)$/iu.test(role?.name ?? ''))
  return actors.length > 0 ? actors : active
}

export { nameOf }
