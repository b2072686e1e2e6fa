import { createHash } from 'node:crypto'
import { chmod, chown, mkdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { StartupError } from '../../../config/startup-error.ts'
import { canTraverse, chooseAccount, type Account } from './account.ts'

/** Root's own corner, for when the data folder is somewhere PostgreSQL's account cannot enter. */
export const OUTSIDE = '/var/lib/passeur'

/** Port number in the name of the socket; nothing listens on TCP. */
export const PORT = 5432

/** Longest socket path the system accepts: 107 bytes on Linux, 103 elsewhere. */
const LONGEST_SOCKET = process.platform === 'linux' ? 107 : 103

/** Where one embedded server lives. */
export interface Place {
  readonly base: string
  /** PGDATA. */
  readonly data: string
  /** Folder of the socket, mode 0700. */
  readonly socketFolder: string
  readonly log: string
  /** Links between shared libraries. */
  readonly links: string
  readonly account: Account & { readonly drop: boolean }
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)

const outsideOf = (folder: string): string => join(OUTSIDE, hash(resolve(folder)))

const fits = (socketFolder: string): boolean =>
  Buffer.byteLength(join(socketFolder, `.s.PGSQL.${PORT}`)) <= LONGEST_SOCKET

/** A short path, for when the data folder is too deep. */
const farSocketFolder = (base: string): string => join(tmpdir(), `passeur-${hash(base)}`)

/** A folder that is ours: made with that mode, or already there with the right owner and mode. */
const ownFolder = async (path: string, mode: number, account: Place['account']): Promise<void> => {
  await mkdir(path, { recursive: true, mode })
  if (account.drop) await chown(path, account.uid, account.gid)
  const found = await stat(path)
  if (found.uid !== account.uid)
    throw new StartupError(
      `Le dossier ${path} appartient à un autre compte (uid ${found.uid}) que celui qui lance la base (« ${account.name} ») : lancez Passeur avec le compte d'origine, ou donnez-lui ce dossier avec chown -R.`,
    )
  if ((found.mode & 0o777) !== mode) await chmod(path, mode)
}

/**
 * Decides where the embedded server of a data folder lives and under which account, and makes the folders.
 * It is `<folder>/postgres`, unless root must hand over to an account that cannot enter there; then it is
 * `/var/lib/passeur/<hash of the path>` (not `/var/tmp`, which is swept of files left untouched for a month).
 *
 * @param folder data folder of the hub (`var/`)
 * @throws StartupError when no account can run it, or when the folder belongs to someone else
 */
export const choosePlace = async (folder: string): Promise<Place> => {
  const inside = join(resolve(folder), 'postgres')
  const outside = outsideOf(folder)
  const account = await chooseAccount([join(inside, 'data'), join(outside, 'data'), folder, dirname(resolve(folder))])
  const base = !account.drop || (await canTraverse(inside, account)) ? inside : outside
  if (base === outside) await mkdir(OUTSIDE, { recursive: true, mode: 0o755 })
  else await mkdir(resolve(folder), { recursive: true, mode: 0o711 })
  await ownFolder(base, 0o711, account)
  const near = join(base, 'run')
  const socketFolder = fits(near) ? near : farSocketFolder(base)
  await ownFolder(socketFolder, 0o700, account)
  return {
    base,
    data: join(base, 'data'),
    socketFolder,
    log: join(base, 'postgres.log'),
    links: join(base, 'lib'),
    account,
  }
}

/** Erases the embedded database of a data folder, wherever it is. The server must be stopped. */
export const erasePlace = async (folder: string): Promise<void> => {
  const bases = [join(resolve(folder), 'postgres'), ...(process.getuid?.() === 0 ? [outsideOf(folder)] : [])]
  for (const path of bases.flatMap(base => [base, farSocketFolder(base)]))
    await rm(path, { recursive: true, force: true })
}
