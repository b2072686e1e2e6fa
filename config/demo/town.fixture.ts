import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openHub, type Hub } from '../../core/hub.ts'
import type { Document } from '../../core/engine/model.ts'
import { testDatabase } from '../../core/testing/database.ts'
import { loadConfig, type Config } from '../index.ts'
import { sendActe } from './first-acte.ts'
import { settleRemotes, startRemotes, type Remotes } from './remotes.ts'
import { settleTown, type Town } from './town.ts'

/** A whole town for a test: its own database, its own files, real simulators on sockets, a hub with its worker. */
export interface TestTown extends AsyncDisposable {
  readonly hub: Hub
  readonly town: Town
  readonly remotes: Remotes
  readonly config: Config
  readonly env: Readonly<Record<string, string>>
  send(numero: string): Promise<Document>
  get(document: Document): Promise<Document>
  /** Lines of journal, oldest first. */
  journal(document: Document): Promise<readonly string[]>
  /** Waits until the document is in one of these states, or until `patience` ms. @throws with the state it is in */
  reaches(document: Document, states: readonly string[], patience?: number): Promise<Document>
}

export interface TestTownOptions {
  /** Milliseconds between two steps of the remotes; on command when left out. */
  readonly progress?: number
  /** Without a worker, documents are only worked on by another process. */
  readonly worker?: 'here' | 'elsewhere'
  /** Folder of the built screens, for tests that open them with `hub.serve()`. */
  readonly screens?: string
}

export const startTestTown = async ({
  progress,
  worker = 'here',
  screens,
}: TestTownOptions = {}): Promise<TestTown> => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-ville-'))
  const database = await testDatabase()
  const env = {
    PASSEUR_DATA: folder,
    DATABASE_URL: database.connectionString,
    PASSEUR_ALLOWED_NETWORKS: '127.0.0.0/8',
    PASSEUR_LOG_LEVEL: 'silent',
  }
  const read = await loadConfig(env)
  // Any free port: several towns may be open at once.
  const config = { ...read, port: 0, folders: { ...read.folders, ui: screens ?? read.folders.ui } }
  const remotes = await startRemotes(join(folder, 'demo'), progress === undefined ? {} : { progress })
  const hub = await openHub(config, 'serve', { beat: { every: 500, deadAfter: 2_500 } })
  const town = await settleTown(hub.cradle)
  await settleRemotes(hub.cradle, town, remotes.all, { polling: '0.2 s', concurrency: 4 })
  if (worker === 'here') await hub.work({ pollInterval: 100, roundEvery: 500 })
  const get = (document: Document) => hub.cradle.documents.get({ entityId: document.entityId, documentId: document.id })

  return {
    hub,
    town,
    remotes,
    config,
    env,
    send: numero => sendActe(hub.cradle, town, numero),
    get,
    journal: async document => (await hub.cradle.store.journal(document)).map(line => line.message),
    async reaches(document, states, patience = 60_000) {
      const end = performance.now() + patience
      for (;;) {
        const now = await get(document)
        if (states.includes(now.state)) return now
        if (performance.now() > end) throw new Error(`« ${now.state} » instead of ${states.join(', ')}: ${now.message}`)
        await sleep(50)
      }
    },
    async [Symbol.asyncDispose]() {
      await hub.close()
      await remotes.close()
      await database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
