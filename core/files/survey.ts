import type { Db, Transaction } from '../db/knex.ts'
import { SHELVES, type StoredContent } from './file-store.ts'
import type { StoredFiles } from './files.ts'
import { GRACE } from './sweep.ts'

type Surveyed = Pick<StoredFiles, 'shelf'>
const AT_ONCE = 1_000
const SHELVES_AT_ONCE = 32

const takeIn = async (trx: Transaction, found: readonly StoredContent[], now: Date): Promise<number> => {
  let unknown = 0
  for (let at = 0; at < found.length; at += AT_ONCE) {
    const rows = found.slice(at, at + AT_ONCE).map(each => ({ ...each, checkAt: new Date(now.getTime() + GRACE) }))
    const taken = await trx('contents').insert(rows).onConflict('sha256').ignore().returning<unknown[]>('sha256')
    unknown += taken.length
  }
  return unknown
}

/** The next shelves, in one transaction: another process that looks at the same time finds nothing to do. */
const surveySome = async (trx: Transaction, files: Surveyed, now: Date) => {
  const row = await trx('contents_survey')
    .where('shelf', '<', SHELVES.length)
    .forUpdate()
    .skipLocked()
    .first<{ readonly shelf: number } | undefined>('shelf')
  if (row === undefined) return { looked: 0, unknown: 0 }
  const found: StoredContent[] = []
  let shelf = row.shelf
  for (const digits of SHELVES.slice(row.shelf, row.shelf + SHELVES_AT_ONCE)) {
    found.push(...(await files.shelf(digits)))
    shelf += 1
    if (found.length >= AT_ONCE) break
  }
  const unknown = await takeIn(trx, found, now)
  await trx('contents_survey').update({ shelf })
  return { looked: found.length + shelf - row.shelf, unknown }
}

/**
 * Makes known to the sweep the contents that were in the store before it kept a list of them. Goes through the store once, where the last
 * pass stopped. @param most contents looked at before stopping, at the end of a shelf. @returns how many were not known
 */
export const surveyContents = async (db: Db, files: Surveyed, now: Date, most = 20_000): Promise<number> => {
  let unknown = 0
  for (let looked = 0; looked < most;) {
    const pass = await db.transaction(trx => surveySome(trx, files, now))
    if (pass.looked === 0) break
    looked += pass.looked
    unknown += pass.unknown
  }
  return unknown
}

/** The part of the store that was gone through, from 0 to 1. */
export const surveyedPart = async (db: Db): Promise<number> => {
  const row = await db('contents_survey').first<{ readonly shelf: number } | undefined>('shelf')
  return (row?.shelf ?? 0) / SHELVES.length
}
