import { localDay } from '../../authoring/days.ts'
import { xmlText } from '../soap/envelope.ts'

/** One line of the life of a document in FAST. */
export interface FastEvent {
  /** As FAST writes it, ISO 8601. */
  readonly date: string
  readonly state: string
  readonly user: string
}

const moment = new Intl.DateTimeFormat('fr-FR', { timeZone: 'Europe/Paris', dateStyle: 'short', timeStyle: 'short' })

const instant = ({ date }: FastEvent): Date | undefined => {
  const read = new Date(date)
  return Number.isNaN(read.getTime()) ? undefined : read
}

/** Oldest first, whatever the order of the answer; the lines of one moment keep theirs. */
export const inOrder = (events: readonly FastEvent[]): readonly FastEvent[] =>
  events.some(event => !instant(event))
    ? events
    : events.toSorted((a, b) => (instant(a)?.getTime() ?? 0) - (instant(b)?.getTime() ?? 0))

/** `15/01/2026 10:02 : Préparé (Camille MAIRE)`. */
export const eventSentence = (event: FastEvent): string => {
  const when = instant(event)
  return `${when ? `${moment.format(when)} : ` : ''}${event.state}${event.user && ` (${event.user})`}`
}

/** The legal day of a line. */
export const dayOf = (event: FastEvent | undefined): string | undefined => {
  const when = event && instant(event)
  return when && localDay(when)
}

const plain = (label: string): string => label.normalize('NFC').trim().toLowerCase()

/** A setting that lists labels of FAST, separated by commas: case and composition of accents do not matter. */
export const labelSet = (setting: string): { has(state: string): boolean } => {
  const labels = new Set(setting.split(',').map(plain).filter(Boolean))
  return { has: state => labels.has(plain(state)) }
}

/** The history as a file that people and machines read; the same lines give the same bytes. */
export const fastHistoryXml = (id: string, events: readonly FastEvent[]): string =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<historique document="${xmlText(id)}">`,
    ...events.map(
      ({ date, state, user }) =>
        `  <etape date="${xmlText(date)}" etat="${xmlText(state)}" acteur="${xmlText(user)}"/>`,
    ),
    '</historique>',
    '',
  ].join('\n')
