/** Made once: a formatter costs far more than the day it writes. */
const legalDay = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Paris',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
})
const writtenDay = new Intl.DateTimeFormat('fr-FR', { timeZone: 'Europe/Paris' })

/** The legal day in France, `YYYY-MM-DD`: an acte signed at 0:30 in Paris is dated that day, whatever UTC says. */
export const localDay = (now: Date): string => legalDay.format(now)

const legalTime = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Paris',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
})

/** The clock on the wall in France, `YYYY-MM-DDTHH:mm`: two of them compare as texts, but for the hour that comes twice. */
export const localTime = (instant: Date): string => legalTime.format(instant).replace(' ', 'T')

const legalSecond = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Paris',
  dateStyle: 'short',
  timeStyle: 'medium',
})

/** The clock on the wall in France to the second, `YYYY-MM-DD HH:mm:ss`: as proofs say it, and as Pastell writes a moment. */
export const localMoment = (instant: Date): string => legalSecond.format(instant)

/** The same day as people write it, `DD/MM/YYYY`. */
export const frenchDay = (now: Date): string => writtenDay.format(now)
