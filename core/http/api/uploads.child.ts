import { createKnex } from '../../db/knex.ts'
import { startApi } from './api.fixture.ts'

/** A server of its own process, which says where it listens: what the test kills. */
const [, , connectionString = '', files = ''] = process.argv
const { origin } = await startApi(createKnex({ connectionString }), connectionString, {
  files,
  uploadLimit: 50_000_000,
})
process.stdout.write(`${origin}\n`)
