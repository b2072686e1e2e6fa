import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { StartupError } from './startup-error.ts'

/** The keys that encrypt the secrets of connectors. `KeyObject`s show nothing when logged. */
export interface SecretKeys {
  /** Encrypts, and decrypts. */
  readonly current: KeyObject
  /** Only decrypt: what was encrypted before a change of key. */
  readonly old: readonly KeyObject[]
}

const keyOf = (base64: string): KeyObject => createSecretKey(Buffer.from(base64, 'base64'))

const createFile = async (path: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o711 })
  // `wx`: of two processes starting at once, one writes the key and both read it.
  await writeFile(path, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    },
  )
  const folder = await open(dirname(path))
  await folder.sync()
  await folder.close()
}

const readKeyFile = async (path: string): Promise<KeyObject> => {
  const { mode } = await stat(path)
  if (mode & 0o077)
    throw new StartupError(
      `Le fichier ${path} est lisible par d'autres comptes : protégez-le avec « chmod 600 ${path} ».`,
    )
  const key = keyOf(await readFile(path, 'utf8'))
  if (key.symmetricKeySize !== 32)
    throw new StartupError(
      `Le fichier ${path} ne contient pas une clé de 32 octets : restaurez-le depuis une sauvegarde, sans lui les secrets des connecteurs sont illisibles.`,
    )
  return key
}

/**
 * The keys given by the environment, else the key file, created with mode 600 at the first start.
 * @throws StartupError when the file is readable by others or damaged
 */
export const loadSecretKeys = async (options: {
  readonly given: string | undefined
  readonly old: readonly string[]
  readonly file: string
}): Promise<SecretKeys> => {
  const old = options.old.map(keyOf)
  if (options.given) return { current: keyOf(options.given), old }
  try {
    return { current: await readKeyFile(options.file), old }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES')
      throw new StartupError(
        `Le fichier ${options.file} n'est pas lisible par ce compte : lancez Passeur avec le compte qui l'a créé.`,
        { cause: error },
      )
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await createFile(options.file)
    return { current: await readKeyFile(options.file), old }
  }
}
