import { constants, createReadStream, createWriteStream, type Stats } from 'node:fs'
import { link, lstat, mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ConnectContext } from '../../authoring/connectors.ts'
import { ConfigurationError, TemporaryError } from '../../authoring/errors.ts'
import { sayingErrors, watched } from '../content.ts'
import { goneSince, type Volume, type VolumeEntry } from '../volume.ts'
import { codeOf, localFailure } from './failures.ts'
import { confinement } from './roots.ts'

const missing = (error: unknown): boolean => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR'

/**
 * A folder of this machine as a Volume, below the folders that the platform allows. With the folder `''`, paths are complete ones.
 * @throws ConfigurationError when the platform allows none
 */
export const localVolume = ({ localFolders }: Pick<ConnectContext<object>, 'localFolders'>, folder: string): Volume => {
  const roots = confinement(localFolders)
  const location = (path: string): string => (folder === '' ? path : path === '' ? folder : join(folder, path))
  const entry = (path: string): Promise<string> => (path === '' ? roots.folder(folder) : roots.entry(location(path)))

  const attempt = async <T>(doing: string, operation: () => Promise<T>): Promise<T> => {
    try {
      return await operation()
    } catch (error) {
      throw localFailure(error, doing)
    }
  }
  const statOf = async (path: string): Promise<Stats | undefined> => {
    const real = await entry(path)
    return attempt(`lire « ${location(path)} »`, async () => {
      try {
        return await lstat(real)
      } catch (error) {
        if (missing(error)) return undefined
        throw error
      }
    })
  }

  /** A name given to a file never hides another: unlike a renaming, a link fails when the name is taken. */
  const renameFile = async (from: string, to: string): Promise<'renamed' | 'exists'> => {
    try {
      await link(from, to)
    } catch (error) {
      if (codeOf(error) === 'EEXIST') {
        // Both names of one file: a renaming that was cut between its two halves.
        const [before, after] = await Promise.all([lstat(from), lstat(to)])
        if (before.ino !== after.ino || before.dev !== after.dev) return 'exists'
      } else if (codeOf(error) === 'EPERM' || codeOf(error) === 'ENOTSUP' || codeOf(error) === 'EOPNOTSUPP') {
        // A disk without links (a network share): the name was free a moment ago.
        await rename(from, to)
        return 'renamed'
      } else throw error
    }
    await unlink(from)
    return 'renamed'
  }

  return {
    location,
    async stat(path) {
      const found = await statOf(path)
      return found && { kind: found.isDirectory() ? 'folder' : 'file', size: found.isDirectory() ? 0 : found.size }
    },
    async list(path) {
      const real = await roots.folder(path === '' ? folder : location(path))
      return attempt(`lister « ${location(path)} »`, async () => {
        const entries: VolumeEntry[] = []
        for (const name of await readdir(real)) {
          const found = await lstat(join(real, name)).catch((error: unknown) => {
            // Taken away since the folder was read.
            if (missing(error)) return undefined
            throw error
          })
          if (found?.isDirectory()) entries.push({ name, kind: 'folder', size: 0, modifiedAt: found.mtime })
          else if (found?.isFile()) entries.push({ name, kind: 'file', size: found.size, modifiedAt: found.mtime })
        }
        return entries
      })
    },
    async read(path) {
      const real = await entry(path)
      const say = (error: unknown): Error =>
        missing(error)
          ? new TemporaryError(goneSince(location(path)), { cause: error })
          : localFailure(error, `lire « ${location(path)} »`)
      try {
        const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW)
        return sayingErrors(createReadStream(real, { fd: handle }), say)
      } catch (error) {
        throw say(error)
      }
    },
    async makeFolder(path) {
      const real = await entry(path)
      await attempt(`créer « ${location(path)} »`, async () => {
        try {
          await mkdir(real)
        } catch (error) {
          if (codeOf(error) !== 'EEXIST' || !(await lstat(real)).isDirectory()) throw error
        }
      })
    },
    async write(path, content) {
      const real = await entry(path)
      const source = watched(content)
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW
      try {
        const handle = await open(real, flags, 0o664)
        await pipeline(source.stream, createWriteStream(real, { fd: handle, flush: true }))
      } catch (error) {
        source.stream.destroy()
        throw source.failure() ?? localFailure(error, `écrire « ${location(path)} »`)
      }
    },
    async rename(from, to) {
      const [before, after] = [await entry(from), await entry(to)]
      return attempt(`donner son nom à « ${location(to)} »`, async () => {
        if (!(await lstat(before)).isDirectory()) return renameFile(before, after)
        if (await statOf(to)) return 'exists'
        await rename(before, after)
        return 'renamed'
      })
    },
    async replace(from, to) {
      const [before, after] = [await entry(from), await entry(to)]
      await attempt(`remplacer « ${location(to)} »`, () => rename(before, after))
    },
    async remove(path) {
      const real = await entry(path)
      await attempt(`retirer « ${location(path)} »`, () => rm(real, { recursive: true, force: true }))
    },
    async check() {
      const real = await roots.folder(folder)
      const found = await attempt(`ouvrir « ${folder} »`, () => stat(real))
      if (!found.isDirectory())
        throw new ConfigurationError(`« ${folder} » n'est pas un dossier : corrigez le réglage « Répertoire ».`)
      const files = await attempt(`lister « ${folder} »`, () => readdir(real))
      return `Le dossier « ${folder} » de cette machine est accessible ; il contient ${files.length} élément${files.length > 1 ? 's' : ''}.`
    },
    close: async () => undefined,
  }
}
