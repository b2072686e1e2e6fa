import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { eraseEmbedded, stopEmbedded } from '../../core/db/embedded.ts'
import { isAlive } from '../../core/db/embedded/process.ts'

/** How the test files of one run find their common PostgreSQL. */
export interface TestRun {
  /** Prefix of every database of this run. */
  readonly prefix: string
  /** `DATABASE_URL`; otherwise an embedded server, started by the first test that needs it, in `folder`. */
  readonly url?: string
  readonly folder: string
}

declare module 'vitest' {
  interface ProvidedContext {
    testRun: TestRun
  }
}

const NAME = /^passeur-tests-(\d+)-/u

/** A run killed with -9 leaves its server and its folder behind: the next one cleans up. */
const sweepDeadRuns = async (): Promise<void> => {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(NAME.exec(name)?.[1] ?? 0)
    if (pid && !isAlive(pid)) await forget(join(tmpdir(), name))
  }
}

const forget = async (folder: string): Promise<void> => {
  try {
    await stopEmbedded(folder)
    await eraseEmbedded(folder)
    await rm(folder, { recursive: true, force: true })
  } catch (error) {
    // Another account's run, most often: worth a word, not worth failing today's tests.
    process.stderr.write(`Le dossier de tests ${folder} n'a pas pu être effacé : ${String(error)}\n`)
  }
}

const dropDatabases = async (url: string, prefix: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ datname: string }>(
    'select datname from pg_database where starts_with(datname, $1)',
    [prefix],
  )
  for (const { datname } of rows)
    await client.query(`drop database if exists ${pg.escapeIdentifier(datname)} with (force)`)
  await client.end()
}

/** Vitest's global setup: names the run, and stops its server at the end. Nothing is started when no test asks for it. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const url = process.env['DATABASE_URL']
  await sweepDeadRuns()
  const folder = await mkdtemp(join(tmpdir(), `passeur-tests-${process.pid}-`))
  await chmod(folder, 0o711) // as root, the account that runs PostgreSQL must be able to enter
  const prefix = `passeur_test_${randomBytes(4).toString('hex')}_`
  project.provide('testRun', url ? { prefix, url, folder } : { prefix, folder })
  return async () => {
    if (url) await dropDatabases(url, prefix)
    await forget(folder)
  }
}
