import { runMigrations } from 'graphile-worker'
import { coreMigrations, migrateAt, type MigrationSet } from './migrate.ts'

/**
 * Brings a whole database up to date: the core, the plugins in the given order, then the schema of the queue.
 * @returns what was applied, as `core 001-foundations`
 */
export const prepareDatabase = async (
  connectionString: string,
  plugins: readonly MigrationSet[] = [],
): Promise<readonly string[]> => {
  const done = await migrateAt(connectionString, [await coreMigrations(), ...plugins])
  await runMigrations({ connectionString })
  return done
}
