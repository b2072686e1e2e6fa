import { localTime, type Convoque, type Patch } from '#core'
import type { convocationFields } from './fields.ts'
import { writtenTime } from './seance.ts'

type Rows = NonNullable<Patch<typeof convocationFields>['convoques']>

const CATEGORIES: Readonly<Record<string, string>> = { convocation: 'Élu', invitation: 'Invité' }

const told = (instant: string | undefined): string | undefined =>
  instant === undefined ? undefined : writtenTime(localTime(new Date(instant)))

/** The persons called, as the page of the document shows them. What the remote does not say is left out. */
export const convoquesOf = (convoques: readonly Convoque[]): Rows =>
  convoques.map(({ name, email, category, sentAt, readAt, attendance, representedBy }) => ({
    nom: name,
    adresse: email,
    categorie: CATEGORIES[category] ?? category,
    envoyee: told(sentAt),
    lue: told(readAt),
    presence: attendance,
    mandataire: representedBy,
  }))

const counted = (count: number, one: string, many: string): readonly string[] =>
  count === 0 ? [] : [`${count} ${count === 1 ? one : many}`]

/** « 12 convoqués, 9 ont lu, 2 pouvoirs ». */
export const tally = (convoques: readonly Convoque[]): string => {
  const met = (...wanted: readonly Convoque['attendance'][]) =>
    convoques.filter(({ attendance }) => attendance !== undefined && wanted.includes(attendance)).length
  return [
    `${convoques.length} ${convoques.length > 1 ? 'convoqués' : 'convoqué'}`,
    ...counted(convoques.filter(({ readAt }) => readAt !== undefined).length, 'a lu', 'ont lu'),
    ...counted(met('present', 'remote'), 'présent', 'présents'),
    ...counted(met('absent'), 'absent', 'absents'),
    ...counted(met('mandate'), 'pouvoir', 'pouvoirs'),
    ...counted(met('deputy'), 'suppléant', 'suppléants'),
  ].join(', ')
}
