const clock = new Intl.DateTimeFormat('fr-FR', { hour: '2-digit', minute: '2-digit' })
const second = new Intl.DateTimeFormat('fr-FR', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const day = new Intl.DateTimeFormat('fr-FR', { day: 'numeric', month: 'long', year: 'numeric' })
const shortDay = new Intl.DateTimeFormat('fr-FR', { day: 'numeric', month: 'short' })
const shortDayYear = new Intl.DateTimeFormat('fr-FR', { day: 'numeric', month: 'short', year: 'numeric' })
const relative = new Intl.RelativeTimeFormat('fr-FR', { numeric: 'auto' })
const decimal = new Intl.NumberFormat('fr-FR', { maximumFractionDigits: 1 })

/** `14 h 05`, as it is written in French. */
export const hour = (iso: string): string => clock.format(new Date(iso)).replace(':', ' h ')

/** `21 novembre 2025 à 14 h 05`. */
export const exactDate = (iso: string): string => `${day.format(new Date(iso))} à ${hour(iso)}`

/** `21 novembre 2025 à 14:05:09`, for what must be told apart in a journal. */
export const preciseDate = (iso: string): string => `${day.format(new Date(iso))} à ${second.format(new Date(iso))}`

/** `21 nov. à 14 h 05`, with the year when it is not the current one. */
export const shortDate = (iso: string, now: Date): string => {
  const at = new Date(iso)
  const format = at.getFullYear() === now.getFullYear() ? shortDay : shortDayYear
  return `${format.format(at)} à ${hour(iso)}`
}

/** `à 14 h 05` today, `le 22 novembre 2025 à 14 h 05` another day. */
export const appointment = (iso: string, now: Date): string =>
  new Date(iso).toDateString() === now.toDateString() ? `à ${hour(iso)}` : `le ${exactDate(iso)}`

const UNITS = [
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3_600 },
  { unit: 'minute', seconds: 60 },
] as const

/** `à l’instant`, `il y a 5 minutes`, `hier`; the day itself after a month. */
export const relativeDate = (iso: string, now: Date): string => {
  const seconds = (new Date(iso).getTime() - now.getTime()) / 1_000
  if (Math.abs(seconds) < 45) return 'à l’instant'
  if (Math.abs(seconds) > 30 * 86_400) return `le ${day.format(new Date(iso))}`
  const { unit, seconds: length } = UNITS.find(each => Math.abs(seconds) >= each.seconds * 0.75) ?? UNITS[2]
  return relative.format(Math.round(seconds / length), unit)
}

/** A day without an hour: `2025-11-21` → `21 novembre 2025`. */
export const plainDay = (value: string): string => {
  const [year, month, date] = value.split('-').map(Number)
  return year && month && date ? day.format(new Date(year, month - 1, date)) : value
}

/** Bytes in French units: `12,4 Mo`. */
export const size = (bytes: number): string => {
  const units = ['octets', 'Ko', 'Mo', 'Go'] as const
  const rank = Math.min(bytes < 1_000 ? 0 : Math.floor(Math.log10(bytes) / 3), units.length - 1)
  return `${decimal.format(bytes / 1_000 ** rank)} ${bytes === 1 ? 'octet' : units[rank]}`
}

/** What a document is called; without a title the server names it by its identifier, which tells an agent nothing. */
export const titleOf = ({ id, title }: { readonly id: string; readonly title: string }, otherwise: string): string =>
  title === '' || title === id ? otherwise : title

const TYPES: Readonly<Record<string, string>> = {
  'application/pdf': 'PDF',
  'application/xml': 'XML',
  'text/xml': 'XML',
  'application/zip': 'ZIP',
  'application/gzip': 'TAR.GZ',
  'application/json': 'JSON',
  'application/pkcs7-signature': 'signature',
  'application/x-pkcs12': 'PKCS#12',
  'application/x-x509-ca-cert': 'certificat',
  'image/png': 'PNG',
  'image/jpeg': 'JPEG',
  'text/csv': 'CSV',
  'text/plain': 'texte',
}

/** A media type in the words of an agent. */
export const mediaType = (type: string): string => TYPES[type] ?? type.replace(/^(application|text|image)\//u, '')
