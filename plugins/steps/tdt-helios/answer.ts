import { acquitRefusals, acquitSentence, refusalSentence, type Acquit } from '#core'

/** A field of rows holds no more; the acquit has them all. */
const MOST_ROWS = 500
/** Refusals told in the text: what a person reads at a glance. */
const MOST_LINES = 30

const more = (count: number): string =>
  `… et ${count} ${count > 1 ? 'autres refus' : 'autre refus'} : voir les lignes refusées ou le PES acquit.`

/** Fields of the step, as the acquit of the treasury fills them. */
export const answerOf = (reading: Acquit) => {
  const refusals = acquitRefusals(reading)
  const shown = refusals.slice(0, MOST_LINES).map(refusal => `- ${refusalSentence(refusal)}`)
  const left = refusals.length - shown.length
  return {
    etatAck: reading.outcome === 'accepted' ? ('1' as const) : ('2' as const),
    resume: [`${acquitSentence(reading)}.`, ...shown, ...(left > 0 ? [more(left)] : [])].join('\n'),
    lignesRefusees: refusals.slice(0, MOST_ROWS).map(({ what, bordereau, exercice, piece, line, code, reason }) => ({
      ...{ objet: what, bordereau, exercice, piece, ligne: line },
      ...{ code, motif: reason },
    })),
  }
}
