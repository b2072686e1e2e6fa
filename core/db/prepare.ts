import { runMigrations } from 'graphile-worker'
import { StartupError } from '../../config/startup-error.ts'
import { coreMigrations, migrateAt, type MigrationSet } from './migrate.ts'

const REASONS: Readonly<Record<string, string>> = {
  '42501':
    "son compte n'a pas le droit d'y créer des objets : faites-en le propriétaire de la base (« alter database … owner to … »)",
  '0A000':
    'une extension lui manque (unaccent, pg_trgm ou btree_gin) : installez le paquet « postgresql-contrib » de ce serveur',
}

/**
 * Brings a whole database up to date: the core, the plugins in the given order, then the schema of the queue.
 * @returns what was applied, as `core 001-foundations`
 * @throws StartupError when the server lacks a right or an extension, or when the database comes from a newer version
 */
export const prepareDatabase = async (
  connectionString: string,
  plugins: readonly MigrationSet[] = [],
): Promise<readonly string[]> => {
  try {
    const done = await migrateAt(connectionString, [await coreMigrations(), ...plugins])
    await runMigrations({ connectionString })
    return done
  } catch (error) {
    const reason = REASONS[(error as { code?: string }).code ?? '']
    if (!reason) throw error
    throw new StartupError(`La base n'a pas pu être préparée : ${reason}.`, { cause: error })
  }
}
