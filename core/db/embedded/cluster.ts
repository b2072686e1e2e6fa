import { execFile } from 'node:child_process'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { StartupError } from '../../../config/startup-error.ts'
import type { Binaries } from './binaries.ts'
import type { Place } from './place.ts'
import { isAlive } from './process.ts'

const run = promisify(execFile)

/** Role and database of the hub in the embedded server. */
export const ROLE = 'passeur'

/**
 * `C.UTF-8`: French letters are letters (a plain `C` glues « l’assainissement » into one word), and the order of the
 * indexes does not change with the system's libraries. Lists meant for people are sorted with `collate "fr-x-icu"`.
 */
export const SYSTEM_LOCALE = process.platform === 'linux' ? 'C.UTF-8' : 'en_US.UTF-8'

/** How to run a program under the account of the database, without the secrets of our own environment. */
export const spawnOptions = (place: Place, binaries: Binaries) => ({
  cwd: '/',
  env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: SYSTEM_LOCALE, TZ: 'UTC', ...binaries.env },
  ...(place.account.drop ? { uid: place.account.uid, gid: place.account.gid } : {}),
})

/** Only the system account of the database and root may connect, as proved by the kernel (`peer`), and only locally. */
const closeDoors = async (data: string, account: string): Promise<void> => {
  await writeFile(join(data, 'pg_hba.conf'), `local all all peer map=${ROLE}\n`)
  const maps = [...new Set(['root', account])].map(user => `${ROLE} ${user} ${ROLE}\n`)
  await writeFile(join(data, 'pg_ident.conf'), maps.join(''))
}

const sweepDrafts = async (data: string): Promise<void> => {
  for (const name of await readdir(dirname(data))) {
    const pid = name.startsWith(`${basename(data)}.draft-`) ? Number(name.split('-').at(-1)) : 0
    if (pid && !isAlive(pid)) await rm(join(dirname(data), name), { recursive: true, force: true })
  }
}

const create = async (place: Place, binaries: Binaries, durable: 'durable' | 'forgettable'): Promise<void> => {
  await sweepDrafts(place.data)
  const draft = `${place.data}.draft-${process.pid}`
  const args = [
    '-D',
    draft,
    '-U',
    ROLE,
    '-E',
    'UTF8',
    '--auth-local=peer',
    `--locale=${SYSTEM_LOCALE}`,
    '--lc-messages=C',
  ]
  args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--text-search-config=simple')
  if (durable === 'forgettable') args.push('--no-sync')
  try {
    await run(binaries.initdb, args, spawnOptions(place, binaries))
    await closeDoors(draft, place.account.name)
    await rename(draft, place.data)
  } catch (cause) {
    await rm(draft, { recursive: true, force: true })
    const { code, stderr } = cause as NodeJS.ErrnoException & { stderr?: string }
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return // another process of the hub has just created it
    throw new StartupError(
      `La base embarquée n'a pas pu être créée dans ${place.data} : ${stderr?.trim().split('\n').at(-1) ?? String(cause)}. Vérifiez l'espace disque et les droits de ce dossier.`,
      { cause },
    )
  }
}

/**
 * Creates the cluster when there is none: initdb in a draft folder, then one rename, so that a crash leaves nothing
 * half made.
 * @throws StartupError when initdb fails, or when the folder was written by another major version of PostgreSQL
 */
export const ensureCluster = async (
  place: Place,
  binaries: Binaries,
  durable: 'durable' | 'forgettable',
): Promise<void> => {
  const version = await readFile(join(place.data, 'PG_VERSION'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (version === undefined) return create(place, binaries, durable)
  if (version.trim() !== binaries.major)
    throw new StartupError(
      `Le dossier ${place.data} contient une base PostgreSQL ${version.trim()}, or cette version de Passeur apporte PostgreSQL ${binaries.major} : revenez à la version précédente de Passeur, transférez vos données par une sauvegarde, ou repartez de zéro avec « npm start -- --fresh ».`,
    )
}
