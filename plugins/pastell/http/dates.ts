/** Made once: a formatter costs far more than the date it writes. */
const written = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Paris',
  dateStyle: 'short',
  timeStyle: 'medium',
})

/** `YYYY-MM-DD hh:mm:ss`, in Paris: how Pastell writes a moment (pastell-api.md §3). */
export const pastellDate = (moment: Date): string => written.format(moment)

/** What Pastell writes for a moment that never came. */
export const NEVER = '0000-00-00 00:00:00'
