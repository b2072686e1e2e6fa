import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import pg from 'pg'
import { inject } from 'vitest'
import type {} from '../../config/tooling/vitest-database.ts' // what `inject` knows
import { runEmbedded } from '../db/embedded.ts'
import { createKnex } from '../db/knex.ts'
import { prepareDatabase } from '../db/prepare.ts'

export interface TestDatabase extends AsyncDisposable {
  /** Pool of this database, 5 connections at most. */
  readonly knex: Knex
  readonly connectionString: string
  /** Closes the pool and drops the database. Pools and listeners opened beside are cut. */
  close(): Promise<void>
}

/** Nothing of a test needs to survive a power cut. */
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' }

interface Server {
  readonly maintenance: string
  addressOf(database: string): string
}

const startServer = async (): Promise<Server> => {
  const { url, folder } = inject('testRun')
  if (url) {
    const addressOf = (database: string): string => {
      const address = new URL(url)
      address.pathname = `/${database}`
      return address.href
    }
    return { maintenance: url, addressOf }
  }
  const server = await runEmbedded({ folder, settings: SETTINGS, durable: 'forgettable' })
  return { maintenance: server.connectionString('postgres'), addressOf: server.connectionString }
}

const withClient = async <T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Migrated once for the whole run, by the first test file that needs it; the others wait for the lock. */
const ensureTemplate = async ({ maintenance, addressOf }: Server, template: string): Promise<void> =>
  withClient(maintenance, async client => {
    await client.query('select pg_advisory_lock(hashtext($1))', [template])
    const known = await client.query('select from pg_database where datname = $1', [template])
    if (known.rowCount) return
    const draft = `${template}_draft`
    await client.query(`drop database if exists ${draft}`)
    await client.query(`create database ${draft}`)
    await prepareDatabase(addressOf(draft))
    await client.query(`alter database ${draft} rename to ${template}`)
  })

let prepared: Promise<Server> | undefined

const prepare = async (template: string): Promise<Server> => {
  const server = await startServer()
  await ensureTemplate(server, template)
  return server
}

/**
 * A database of its own for a test file: a clone of the migrated template (schema of the core and of the queue), on the
 * PostgreSQL of the run. Call it in `beforeAll` (or with `await using`) and close it afterwards.
 */
export const testDatabase = async (): Promise<TestDatabase> => {
  const { prefix } = inject('testRun')
  const template = `${prefix}template`
  prepared ??= prepare(template)
  const { maintenance, addressOf } = await prepared
  const name = `${prefix}${randomBytes(6).toString('hex')}`
  await withClient(maintenance, client => client.query(`create database ${name} template ${template}`))
  const connectionString = addressOf(name)
  const knex = createKnex({ connectionString, max: 5, name: 'passeur test' })
  const close = async (): Promise<void> => {
    await knex.destroy()
    await withClient(maintenance, client => client.query(`drop database if exists ${name} with (force)`))
  }
  return { knex, connectionString, close, [Symbol.asyncDispose]: close }
}
