import { parse } from 'csv-parse/sync'
import { PermanentError, readSmall, type FileRef, type Files } from '#core'
import type { LignePivot } from './pivot.ts'

const AMOUNT = /^-?\d+(?:\.\d+)?$/u
const amount = (text: string | undefined): string => (text ?? '').trim().replace(',', '.')

/**
 * The lines of an invoice: `reference;prix unitaire;quantité;montant HT;taux de TVA`, one per row.
 * @throws PermanentError naming the first row that is not one
 */
export const readLignes = async (files: Files, ref: FileRef): Promise<readonly LignePivot[]> => {
  const rows = parse(await readSmall(files, ref), {
    bom: true,
    delimiter: ';',
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  }) as unknown as readonly (readonly string[])[]
  return rows.map((row, rank) => {
    const [reference = '', ...rest] = row
    const [prixUnitaire = '', quantite = '', montantHt = '', taux = ''] = rest.map(amount)
    if (row.length !== 5 || ![prixUnitaire, quantite, montantHt, taux].every(each => AMOUNT.test(each)))
      throw new PermanentError(
        `Ligne ${rank + 1} de « ${ref.name} » : il y faut cinq valeurs séparées par des points-virgules (référence, prix unitaire, quantité, montant HT, taux de TVA). Corrigez le fichier, puis réessayez.`,
      )
    return { reference, prixUnitaire, quantite, montantHt, taux }
  })
}
