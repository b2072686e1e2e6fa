import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { loadConfig } from '../../config/index.ts'
import { StartupError } from '../../config/startup-error.ts'
import { readAuthorities } from '../connectors/http-client-tls.ts'
import { startDatabase } from '../db/database.ts'
import { createKnex } from '../db/knex.ts'
import { verifyJournal } from '../journal/verify.ts'
import { readOptions, type Run } from './command.ts'

const rethrow = (error: Error): never => {
  throw error
}

/** @throws StartupError when the file is not there, or holds no certificate */
const authoritiesIn = async (path: string): Promise<readonly Uint8Array[]> => {
  try {
    return readAuthorities(await readFile(path)).map(pem => new X509Certificate(pem).raw)
  } catch (cause) {
    throw new StartupError(
      `Le fichier « ${path} » ne contient pas de certificat lisible : donner à --autorite les autorités d'horodatage en PEM.`,
      { cause },
    )
  }
}

export const run: Run = async args => {
  const { values, positionals } = readOptions(args, { autorite: { type: 'string' } })
  const authorities = values.autorite === undefined ? undefined : await authoritiesIn(values.autorite)
  const config = await loadConfig()
  const database = await startDatabase({ url: config.databaseUrl, folder: config.folders.data, onLost: rethrow })
  const db = createKnex({ connectionString: database.connectionString, max: 1 })
  try {
    const { lines, blocks, broken } = await verifyJournal(db, positionals[0], authorities)
    for (const each of broken) console.log(`  Entité ${each.entityId}, ligne ${each.seq} : ${each.why}`)
    const signed = authorities ? 'signatures comprises' : 'signatures non vérifiées, donner --autorite'
    const stamped = blocks === 0 ? '' : `, ${blocks} bloc(s) horodaté(s) (${signed})`
    console.log(`${lines} lignes vérifiées${stamped}, ${broken.length} rupture(s).`)
    if (broken.length > 0)
      throw new StartupError(
        'Le journal a été altéré : conserver une copie de la base et prévenir le responsable de la sécurité.',
      )
  } finally {
    await db.destroy()
    await database.stop()
  }
}
