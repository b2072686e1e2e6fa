import { frenchDay, type Reglages } from '#core'

export interface Delays {
  /** Days after the sending. */
  readonly reminder: number
  readonly end: number
}

const DEFAULTS: Delays = { reminder: 30, end: 60 }

const days = (value: unknown, otherwise: number): number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : otherwise

/** The delays that an administrator settled, or those of the step: without settings nothing is suspended (as it was in Pastell). */
export const delaysOf = async (reglages: Reglages | undefined): Promise<Delays> => {
  const settled = (await reglages?.lire()) ?? {}
  return {
    reminder: days(settled['joursRelance'], DEFAULTS.reminder),
    end: days(settled['joursFin'], DEFAULTS.end),
  }
}

const DAY = 86_400_000

export interface Calendar {
  readonly remindOn: Date
  readonly endOn: Date
}

export const calendarOf = (sentAt: string, { reminder, end }: Delays): Calendar => ({
  remindOn: new Date(Date.parse(sentAt) + reminder * DAY),
  endOn: new Date(Date.parse(sentAt) + end * DAY),
})

export const calendarSentence = ({ remindOn, endOn }: Calendar, reminded: boolean): string =>
  `${reminded ? 'Relance faite' : `Relance le ${frenchDay(remindOn)}`}, fin de l'attente le ${frenchDay(endOn)}`
