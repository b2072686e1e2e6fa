import { createHash } from 'node:crypto'
import { PermanentError } from '../../authoring/errors.ts'
import type { FileRef } from '../../authoring/values.ts'
import type { Deposited } from '../ged.ts'
import { write, type DepositContext } from './deposit.ts'

/**
 * Puts a file in place of the one that the instance put under that name before. It is written whole beside, measured, then given its name:
 * called again after any accident it does all of it again, with the same result. What the instance never put there is left alone.
 */
export const replaceFile = async (
  file: FileRef,
  key: string,
  { volume, files, memory, options }: DepositContext,
): Promise<Pick<Deposited, 'location'>> => {
  const location = volume.location(file.name)
  if (!volume.replace)
    throw new PermanentError(
      `Ce dépôt ne sait pas remplacer « ${location} » sans qu'on risque de le lire à moitié écrit.`,
    )
  const mine = `remplacement:${file.name}`
  // Looked at before remembered: another deposit of this instance remembers the name before it takes it.
  const there = await volume.stat(file.name)
  if (there?.kind === 'folder' || (there && !(await memory.get<true>(mine))))
    throw new PermanentError(
      `« ${location} » existe déjà et n'a pas été déposé par ce connecteur : mettez-le de côté là-bas, puis relancez. Il n'a pas été touché.`,
    )
  await memory.set(mine, true)
  const from = `.passeur-${createHash('sha256').update(`${key} ${mine}`).digest('hex').slice(0, 16)}${options.suffixe}`
  await write(from, files.open(file), file, volume)
  await volume.replace(from, file.name)
  return { location }
}
