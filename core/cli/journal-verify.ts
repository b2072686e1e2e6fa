import { loadConfig } from '../../config/index.ts'
import { StartupError } from '../../config/startup-error.ts'
import { startDatabase } from '../db/database.ts'
import { createKnex } from '../db/knex.ts'
import { verifyJournal } from '../journal/verify.ts'
import type { Run } from './command.ts'

const rethrow = (error: Error): never => {
  throw error
}

export const run: Run = async ([entityId]) => {
  const config = await loadConfig()
  const database = await startDatabase({ url: config.databaseUrl, folder: config.folders.data, onLost: rethrow })
  const db = createKnex({ connectionString: database.connectionString, max: 1 })
  try {
    const verification = await verifyJournal(db, entityId)
    for (const broken of verification.broken) console.log(`  ${JSON.stringify(broken)}`)
    console.log(`${verification.lines} lignes vérifiées, ${verification.broken.length} rupture(s).`)
    if (verification.broken.length > 0)
      throw new StartupError(
        'Le journal a été altéré : conserver une copie de la base et prévenir le responsable de la sécurité.',
      )
  } finally {
    await db.destroy()
    await database.stop()
  }
}
