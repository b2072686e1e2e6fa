import { localMoment } from '#core'

/** `YYYY-MM-DD hh:mm:ss`, in Paris: how Pastell writes a moment (pastell-api.md §3). */
export const pastellDate = localMoment

/** What Pastell writes for a moment that never came. */
export const NEVER = '0000-00-00 00:00:00'

/** Whether a text is a day that exists, `YYYY-MM-DD`: the 31st of February does not. */
export const isDay = (text: string): boolean => {
  const noon = /^\d{4}-\d{2}-\d{2}$/u.test(text) ? new Date(`${text}T12:00:00Z`) : new Date(Number.NaN)
  return !Number.isNaN(noon.getTime()) && noon.toISOString().startsWith(text)
}
