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

/** The same day as people write it, `DD/MM/YYYY`. */
export const frenchDay = (now: Date): string => writtenDay.format(now)
