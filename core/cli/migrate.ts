import { loadConfig } from '../../config/index.ts'
import { startDatabase } from '../db/database.ts'
import { prepareDatabase } from '../db/prepare.ts'
import { load } from '../loader.ts'
import { asStartupError } from '../start-errors.ts'
import { readOptions, type Run } from './command.ts'

const rethrow = (error: Error): never => {
  throw error
}

export const run: Run = async args => {
  readOptions(args, {})
  const config = await loadConfig()
  const { migrations } = await asStartupError(() => load({ sources: config.folders.root, packages: config.plugins }))
  const database = await startDatabase({ url: config.databaseUrl, folder: config.folders.data, onLost: rethrow })
  try {
    const done = await prepareDatabase(database.connectionString, migrations)
    console.log(database.description)
    console.log(done.length ? done.map(each => `  ${each} : appliquée`).join('\n') : '  La base était déjà à jour.')
  } finally {
    await database.stop()
  }
}
