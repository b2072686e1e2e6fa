import { stringify } from 'csv-stringify/sync'

/**
 * Rows as CSV. A title that begins like a formula is written so that a spreadsheet does not run it.
 * @param delimiter `;` comes with a byte order mark, for the spreadsheets of French offices
 */
export const csv = (rows: readonly (readonly (string | number)[])[], delimiter: ',' | ';' = ';'): string =>
  stringify(
    rows.map(row => [...row]),
    { delimiter, bom: delimiter === ';', escape_formulas: true, record_delimiter: 'windows' },
  )
