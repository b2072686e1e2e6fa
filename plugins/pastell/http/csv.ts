/** One line as `fputcsv` writes it: a comma, quotes when they are needed, breaks inside a value replaced by spaces. */
export const csvLine = (values: readonly (string | null)[]): string => {
  const cells = values.map(value => {
    const text = (value ?? '').replaceAll(/\r\n|[\r\n]/gu, ' ')
    return /[",\s\\]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  })
  return `${cells.join(',')}\n`
}
