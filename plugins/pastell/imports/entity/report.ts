import type { Bringing, Importing, Line } from './bringing.ts'
import { openExport, type Key } from './box.ts'
import { importEntity } from './import.ts'
import { readExport } from './read.ts'

const WORDS: Readonly<Record<Line['is'], string>> = {
  cree: 'créé',
  present: 'déjà là',
  adapte: 'adapté',
  refuse: 'refusé',
}

/** As it is printed: « créé : l'entité « Ville » ». */
export const lineOf = ({ is, message }: Line): string => `${WORDS[is]} : ${message}`

/** « 3 créés, 1 refusé » */
export const summaryOf = (lines: readonly Line[]): string =>
  Object.entries(WORDS)
    .flatMap(([is, word]) => {
      const count = lines.filter(each => each.is === is).length
      return count === 0 ? [] : [`${count} ${word}`]
    })
    .join(', ') || 'rien à reprendre'

/**
 * Opens, reads and brings over an export of Pastell.
 * @throws errors.badRequest: a wrong password, or no export
 */
export const bringOver = async (
  text: string,
  key: Key,
  services: Bringing['services'],
  importing: Importing,
): Promise<readonly Line[]> => importEntity(readExport(await openExport(text, key)), services, importing)
