import { parse } from 'csv-parse/sync'
import { ConfigurationError } from '#core'

/** A line of the file: a technical account, whose invoices it reads, and from which supplier only, when one is named. */
export interface AccountLine {
  readonly line: number
  readonly login: string
  readonly password: string
  readonly siret: string
  readonly supplierSiret: string | undefined
}

const SIRET = /^\d{14}$/u

/** Spreadsheets write ISO-8859-1 or UTF-8, with or without a mark. */
const textOf = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

const faultOf = ({ login, password, siret, supplierSiret }: AccountLine): string | undefined => {
  if (login === '' || password === '') return "l'identifiant ou le mot de passe manque"
  if (!SIRET.test(siret)) return 'le SIRET du destinataire doit compter quatorze chiffres'
  if (supplierSiret !== undefined && !SIRET.test(supplierSiret))
    return 'le SIRET du fournisseur doit compter quatorze chiffres, ou être vide'
  return undefined
}

const isHeading = ([login = '', , siret = '']: readonly string[]): boolean =>
  /identifiant|login|compte/iu.test(login) && !/\d/u.test(siret)

const plain = (cell: string | undefined): string => cell?.trim() ?? ''

/**
 * Reads `login;password;recipient SIRET;supplier SIRET` lines. Blank lines and a line of headings are left out; the same line twice counts once.
 * @throws ConfigurationError naming every faulty line by its number, and never a password
 */
export const readAccounts = (file: Uint8Array): readonly AccountLine[] => {
  let rows: { readonly record: readonly string[]; readonly info: { readonly lines: number } }[]
  try {
    rows = parse(textOf(file), {
      delimiter: ';',
      bom: true,
      info: true,
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
    }) as unknown as typeof rows
  } catch {
    // Its message quotes the line, password included.
    throw new ConfigurationError(
      'Le fichier des comptes n’est pas un CSV lisible : écrivez une ligne par compte, séparée par des points-virgules, puis déposez-le à nouveau.',
    )
  }
  const lines = rows
    .filter(({ record }, rank) => rank > 0 || !isHeading(record))
    .map(({ record: [login, password, siret, supplier], info }): AccountLine => ({
      line: info.lines,
      login: plain(login),
      password: password ?? '',
      siret: plain(siret).replace(/\s+/gu, ''),
      supplierSiret: plain(supplier).replace(/\s+/gu, '') || undefined,
    }))
  const faults = lines.flatMap(line => {
    const fault = faultOf(line)
    return fault ? [`ligne ${line.line}, ${fault}`] : []
  })
  if (faults.length > 0)
    throw new ConfigurationError(`Le fichier des comptes est à corriger : ${faults.join(' ; ')}. Déposez-le à nouveau.`)
  if (lines.length === 0)
    throw new ConfigurationError('Le fichier des comptes est vide : écrivez-y une ligne par compte technique.')
  const keyOf = ({ login, siret, supplierSiret }: AccountLine) => `${login};${siret};${supplierSiret ?? ''}`
  return [...new Map(lines.map(line => [keyOf(line), line])).values()]
}
