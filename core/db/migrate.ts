import { readdir } from 'node:fs/promises'
import { StartupError } from '../../config/startup-error.ts'
import { createKnex, type Db, type Transaction } from './knex.ts'
import { inTransaction } from './unit-of-work.ts'

/** One append-only step of the schema: `NNN-name.ts` exporting `up`. */
export interface Migration {
  readonly number: number
  readonly name: string
  up(trx: Transaction): Promise<void>
}

/** The migrations of the core or of one plugin, numbered from 1. */
export interface MigrationSet {
  /** `core`, or the id of the plugin. */
  readonly owner: string
  readonly migrations: readonly Migration[]
}

const LOCK = 7_270_020
const TABLE = 'schema_migrations'

const FILE = /^(\d{3})-([a-z0-9-]+)\.(?:ts|js)$/u

/**
 * Reads the migrations of a folder, in order.
 * @throws StartupError when a file is badly named, has no `up`, or when a number is missing or used twice
 */
export const readMigrations = async (folder: URL): Promise<readonly Migration[]> => {
  const files = (await readdir(folder)).filter(file => !/\.(?:test\.ts|d\.ts|js\.map)$/u.test(file)).sort()
  const migrations: Migration[] = []
  for (const file of files) {
    const [, number, name] = FILE.exec(file) ?? []
    const module = number ? ((await import(new URL(file, folder).href)) as Partial<Migration>) : {}
    if (!number || !name || !module.up)
      throw new StartupError(
        `La migration ${file} n'est pas lisible : un fichier de ${folder.pathname} se nomme « 012-objet.ts » et exporte une fonction « up ».`,
      )
    if (migrations.some(each => each.number === Number(number)))
      throw new StartupError(
        `Deux migrations portent le numéro ${number} dans ${folder.pathname} : renumérotez la plus récente.`,
      )
    migrations.push({ number: Number(number), name, up: module.up })
  }
  return migrations
}

/** The migrations of the core. */
export const coreMigrations = async (): Promise<MigrationSet> => ({
  owner: 'core',
  migrations: await readMigrations(new URL('./migrations/', import.meta.url)),
})

const createTable = (trx: Transaction) =>
  trx.raw(`
    create table if not exists ${TABLE} (
      owner text not null,
      number integer not null,
      name text not null,
      applied_at timestamptz not null default now(),
      primary key (owner, number))`)

const refuseNewerDatabase = (
  { owner, migrations }: MigrationSet,
  applied: readonly { number: number; name: string }[],
) => {
  const unknown = applied.find(
    each => !migrations.some(known => known.number === each.number && known.name === each.name),
  )
  if (unknown)
    throw new StartupError(
      `La base a reçu la migration « ${unknown.name} » (${owner} nº ${unknown.number}), inconnue de cette version : elle vient d'une version plus récente de Passeur, réinstallez-la.`,
    )
}

/** Runs the first migration of the set that the database has not received; `undefined` when there is none left. */
const applyNext = (db: Db, set: MigrationSet): Promise<Migration | undefined> =>
  inTransaction(db, async trx => {
    // Several processes may start at once: one migrates, the others wait here and then find nothing to do.
    await trx.raw('select pg_advisory_xact_lock(?)', [LOCK])
    await createTable(trx)
    const applied = await trx<{ owner: string; number: number; name: string }>(TABLE).where({ owner: set.owner })
    refuseNewerDatabase(set, applied)
    const next = set.migrations.find(each => !applied.some(({ number }) => number === each.number))
    if (!next) return undefined
    await next.up(trx)
    await trx(TABLE).insert({ owner: set.owner, number: next.number, name: next.name })
    return next
  })

/**
 * Brings the schema up to date: each pending migration in its own transaction, the sets in the given order. May run in
 * several processes at once, and costs two queries when there is nothing to do.
 *
 * @returns what was applied, as `core 001-foundations`
 * @throws StartupError when the database comes from a newer version
 */
export const migrate = async (db: Db, sets: readonly MigrationSet[]): Promise<readonly string[]> => {
  const done: string[] = []
  for (const set of sets) {
    for (let next = await applyNext(db, set); next; next = await applyNext(db, set))
      done.push(`${set.owner} ${String(next.number).padStart(3, '0')}-${next.name}`)
  }
  return done
}

/** Same as `migrate`, with a connection of its own: for the command line and the tests. */
export const migrateAt = async (
  connectionString: string,
  sets: readonly MigrationSet[],
): Promise<readonly string[]> => {
  const knex = createKnex({ connectionString, max: 1, name: 'passeur migrate' })
  try {
    return await migrate(knex, sets)
  } finally {
    await knex.destroy()
  }
}
