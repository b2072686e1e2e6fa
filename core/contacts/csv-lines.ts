import { readCsv, type Open } from '../documents/batches/csv.ts'
import { errors } from '../errors.ts'

/** A contact as a line of a CSV gives it. */
export interface CsvContact {
  /** In the file, from 1. */
  readonly line: number
  readonly email: string
  readonly name: string
  readonly groups: readonly string[]
}

/** A larger file is to be cut: it is checked and written in one go. */
export const MOST_LINES = 5_000

export const HEADER = ['courriel', 'nom', 'groupes'] as const
/** Between the groups of a contact, in one cell. */
export const BETWEEN_GROUPS = ' | '

/** Titles that other software gives to the same columns. */
const TITLES: Readonly<Record<string, (typeof HEADER)[number]>> = {
  courriel: 'courriel',
  email: 'courriel',
  mail: 'courriel',
  adresse: 'courriel',
  nom: 'nom',
  name: 'nom',
  description: 'nom',
  groupe: 'groupes',
  groupes: 'groupes',
}

const titleOf = (cell: string): (typeof HEADER)[number] | undefined =>
  TITLES[cell.toLowerCase().replaceAll(/[^\p{L}]/gu, '')]

const groupsIn = (cells: readonly string[]): readonly string[] => [
  ...new Set(cells.flatMap(cell => cell.split('|')).flatMap(name => name.trim() || [])),
]

/**
 * The contacts of a CSV. Titles are « courriel », « nom », « groupes » in any order; a file without titles, as Pastell exports it, gives the
 * address, the name, then one group per cell.
 * @throws errors.badInput when no column holds addresses, or for too many lines; UnreadableFile
 */
export async function* readContacts(open: Open): AsyncGenerator<CsvContact> {
  let columns: readonly ((typeof HEADER)[number] | undefined)[] | undefined
  let count = 0
  for await (const { line, cells } of readCsv(open)) {
    if (columns === undefined) {
      const titles = cells.map(titleOf)
      columns = titles.includes('courriel') ? titles : []
      if (columns.length > 0) continue
      if (!cells[0]?.includes('@'))
        throw errors.badInput({
          detail: 'La première ligne doit nommer une colonne « courriel » (et, au besoin, « nom » et « groupes »).',
        })
    }
    if (++count > MOST_LINES)
      throw errors.badInput({ detail: `Ce fichier compte plus de ${MOST_LINES} contacts : découpez-le.` })
    const held = (title: (typeof HEADER)[number]) => cells.filter((_, n) => columns?.[n] === title)
    const [email = '', name = '', ...groups] =
      columns.length > 0 ? [held('courriel')[0] ?? '', held('nom')[0] ?? '', ...held('groupes')] : cells
    yield { line, email: email.trim(), name: name.trim(), groups: groupsIn(groups) }
  }
}
