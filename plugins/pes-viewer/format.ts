const currency = new Intl.NumberFormat('fr-FR', { style: 'currency', currency: 'EUR' })
const whole = new Intl.NumberFormat('fr-FR')

/** An amount of a PES, in cents so that sums are exact; 0 when it is no amount. */
export const centsIn = (amount: string): number => {
  const [, sign, units = '', decimals = ''] = /^\s*([+-]?)(\d+)(?:\.(\d+))?\s*$/u.exec(amount) ?? []
  if (units === '') return 0
  const cents = Number(units) * 100 + Number(decimals.padEnd(2, '0').slice(0, 2))
  return sign === '-' ? -cents : cents
}

/** `123 456,70 €`. */
export const euros = (cents: number): string => currency.format(cents / 100)

/** An amount as the file writes it, for people; what is no amount stays as it is. */
export const amountText = (amount: string): string => (/^\s*[+-]?\d/u.test(amount) ? euros(centsIn(amount)) : amount)

export const count = (number: number, one: string, many: string): string =>
  `${whole.format(number)} ${number > 1 ? many : one}`

/** `2026-01-15` → `15/01/2026`; anything else stays as it is. */
export const dayText = (day: string): string => {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})/u.exec(day) ?? []
  return year === undefined ? day : `${date}/${month}/${year}`
}
