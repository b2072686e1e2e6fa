import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { StartupError } from '../../../config/startup-error.ts'

const run = promisify(execFile)

/** The system account PostgreSQL runs under. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

const answer = async (...args: string[]): Promise<string | undefined> => {
  try {
    return (await run('id', args)).stdout.trim()
  } catch {
    return undefined // `id` says « no such user » with its exit code: that account does not exist here.
  }
}

const accountOf = async (user: string): Promise<Account | undefined> => {
  const [name, uid, gid] = await Promise.all([answer('-un', user), answer('-u', user), answer('-g', user)])
  return name && uid && gid ? { name, uid: Number(uid), gid: Number(gid) } : undefined
}

const ownerOf = async (path: string): Promise<number | undefined> => {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return found?.uid
}

/**
 * Chooses who runs PostgreSQL. It refuses to run as root, and a uid unknown to the system makes initdb fail.
 * Root hands over to the owner of the existing cluster, else to the owner of the hub, else to `postgres`, else `nobody`.
 *
 * @param places folders whose owner is a candidate, best first
 * @returns the account, with `drop` telling whether the process must change identity
 * @throws StartupError when no account fits
 */
export const chooseAccount = async (places: readonly string[]): Promise<Account & { readonly drop: boolean }> => {
  const me = process.getuid?.()
  if (me === undefined)
    throw new StartupError(
      'La base embarquée ne fonctionne pas sous Windows : lancez Passeur dans WSL, ou indiquez un serveur PostgreSQL ≥ 15 dans DATABASE_URL.',
    )
  if (me !== 0) {
    const own = await accountOf(String(me))
    if (own) return { ...own, drop: false }
    throw new StartupError(
      `L'utilisateur numéro ${me} n'a pas de nom sur cette machine et PostgreSQL le refuse : créez ce compte, ou indiquez un serveur PostgreSQL ≥ 15 dans DATABASE_URL.`,
    )
  }
  for (const place of places) {
    const owner = await ownerOf(place)
    const account = owner ? await accountOf(String(owner)) : undefined
    if (account) return { ...account, drop: true }
  }
  const fallback = (await accountOf('postgres')) ?? (await accountOf('nobody'))
  if (fallback) return { ...fallback, drop: true }
  throw new StartupError(
    "PostgreSQL refuse de fonctionner sous le compte root et aucun autre compte n'a été trouvé : créez un compte « postgres », lancez Passeur sous un compte ordinaire, ou indiquez un serveur dans DATABASE_URL.",
  )
}

/** Whether that account can reach what is under a folder: every parent must be traversable by it. */
export const canTraverse = async (folder: string, account: Pick<Account, 'uid' | 'gid'>): Promise<boolean> => {
  for (let path = folder; ; path = dirname(path)) {
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined // not made yet: its parents decide
      throw error
    })
    if (found) {
      const bit = found.uid === account.uid ? 0o100 : found.gid === account.gid ? 0o010 : 0o001
      if (!(found.mode & bit)) return false
    }
    if (path === dirname(path)) return true
  }
}
