import { rm } from 'node:fs/promises'
import { StartupError } from '../../config/startup-error.ts'
import { eraseEmbedded, stopEmbedded } from './embedded.ts'
import { createKnex } from './knex.ts'

/** In an external database only what the hub made goes; another application's tables would be found here by mistake. */
const eraseExternal = async (connectionString: string): Promise<void> => {
  const db = createKnex({ connectionString, max: 1 })
  try {
    const { rows } = await db.raw<{ rows: { ours: boolean; tables: string }[] }>(
      `select exists (select from pg_tables where schemaname = 'public' and tablename = 'schema_migrations') as ours,
              (select count(*) from pg_tables where schemaname = 'public') as tables`,
    )
    const [found] = rows
    if (found && !found.ours && Number(found.tables) > 0)
      throw new StartupError(
        "La base désignée par DATABASE_URL contient les tables d'un autre programme : « --fresh » ne l'efface pas. Désigner une base vide.",
      )
    await db.raw('drop schema if exists graphile_worker cascade; drop schema public cascade; create schema public')
  } finally {
    await db.destroy()
  }
}

/** Starts anew: database and contents go. The secret key stays, it protects nothing any more. */
export const eraseData = async ({
  databaseUrl,
  folders,
}: {
  readonly databaseUrl: string | undefined
  readonly folders: { readonly data: string; readonly files: string }
}): Promise<void> => {
  if (databaseUrl) await eraseExternal(databaseUrl)
  else {
    await stopEmbedded(folders.data)
    await eraseEmbedded(folders.data)
  }
  await rm(folders.files, { recursive: true, force: true })
}
