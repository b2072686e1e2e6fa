import { realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize, relative } from 'node:path'
import { ConfigurationError } from '../../authoring/errors.ts'
import { codeOf, localFailure } from './failures.ts'

const isBelow = (path: string, root: string): boolean => {
  const from = relative(root, path)
  return from === '' || (!from.startsWith('..') && !isAbsolute(from))
}

/** `undefined` when there is nothing there. */
const realOf = async (path: string): Promise<string | undefined> => {
  try {
    return await realpath(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw localFailure(error, `ouvrir « ${path} »`)
  }
}

/** The path with the real name of its deepest folder that exists: what a new file there would really be. */
const realParent = async (path: string): Promise<string> => {
  const parent = dirname(path)
  const real = await realOf(parent)
  if (real !== undefined) return real
  return parent === path ? parent : join(await realParent(parent), relative(dirname(parent), parent))
}

const refusal = (path: string): ConfigurationError =>
  new ConfigurationError(
    `Le dossier « ${path} » n'est pas de ceux que les connecteurs peuvent atteindre sur cette machine : choisissez un dossier autorisé, ou demandez à l'exploitant de la plateforme de l'ajouter (PASSEUR_DOSSIERS_LOCAUX).`,
  )

/**
 * Judges paths of the machine: they must lie below an allowed folder once links are followed, whoever made the links. What a link leads
 * to is never said.
 */
export const confinement = (localFolders: readonly string[] | undefined) => {
  if (!localFolders || localFolders.length === 0)
    throw new ConfigurationError(
      "La plateforme n'ouvre aucun dossier de cette machine aux connecteurs : demandez à son exploitant de l'autoriser (PASSEUR_DOSSIERS_LOCAUX).",
    )
  let roots: readonly string[] | undefined

  const confined = async (path: string, real: (path: string) => Promise<string>): Promise<string> => {
    roots ??= (await Promise.all(localFolders.map(realOf))).flatMap(each => each ?? [])
    const absolute = normalize(path)
    const judged = isAbsolute(absolute) ? await real(absolute) : undefined
    if (judged === undefined || !roots.some(root => isBelow(judged, root))) throw refusal(path)
    return judged
  }
  return {
    /** The real path of an entry, itself not followed. @throws ConfigurationError */
    entry: (path: string): Promise<string> =>
      confined(path, async absolute => join(await realParent(absolute), relative(dirname(absolute), absolute))),
    /** The real path of a folder, links followed. @throws ConfigurationError */
    folder: (path: string): Promise<string> =>
      confined(path, async absolute => (await realOf(absolute)) ?? realParent(join(absolute, 'x'))),
  }
}
