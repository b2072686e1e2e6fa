import { pipeline, Readable } from 'node:stream'
import { stringify as stringifier } from 'csv-stringify'
import { stringify } from 'csv-stringify/sync'

type Delimiter = ',' | ';'
type Row = readonly (string | number)[]

const manners = (delimiter: Delimiter) =>
  ({ delimiter, bom: delimiter === ';', escape_formulas: true, record_delimiter: 'windows' }) as const

/**
 * Rows as CSV. A title that begins like a formula is written so that a spreadsheet does not run it.
 * @param delimiter `;` comes with a byte order mark, for the spreadsheets of French offices
 */
export const csv = (rows: readonly Row[], delimiter: Delimiter = ';'): string =>
  stringify(
    rows.map(row => [...row]),
    manners(delimiter),
  )

/** The same for as many rows as one likes, streamed; an error of `rows` is that of the stream. */
export const csvStream = (rows: AsyncIterable<Row>, delimiter: Delimiter = ';'): Readable => {
  const written = stringifier(manners(delimiter))
  // Whoever reads hears of the error: the pipeline gives it to what it wrote to.
  pipeline(Readable.from(rows), written, () => undefined)
  return written
}
