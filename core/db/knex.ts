import createKnexOf, { type Knex } from 'knex'
import { knexSnakeCaseMappers } from 'objection'
import pg from 'pg'

/** A pool or a transaction: what functions that only query should ask for. */
export type Db = Knex
/** An open transaction: what functions that must commit with their caller should ask for. */
export type Transaction = Knex.Transaction

/** Number of the type `date` in PostgreSQL. */
const DATE = 1082

/**
 * How PostgreSQL's values arrive. `bigint` (our identifiers) are strings and `timestamptz` are `Date`, as `pg` does by
 * itself; a `date` stays the text `2026-07-14`, because `pg` would make it midnight *in the time zone of the process*.
 */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === DATE ? (value: unknown) => value : (pg.types.getTypeParser(oid, format) as (value: string) => unknown),
}

export interface KnexOptions {
  readonly connectionString: string
  /** Largest number of connections; 10 unless told. */
  readonly max?: number
  /** Seen in `pg_stat_activity`: which process holds what. */
  readonly name?: string
}

/** The connection settings of `pg` for an address: shared by Knex, the listener and the queue. */
export const connectionOf = ({ connectionString, name = 'passeur' }: KnexOptions): pg.ClientConfig => ({
  connectionString,
  types,
  application_name: name,
})

/**
 * Opens a pool. Columns are `snake_case` in the database and `camelCase` in the code; keys inside `jsonb` are left alone.
 * The caller destroys it.
 */
export const createKnex = (options: KnexOptions): Knex =>
  createKnexOf({
    client: 'pg',
    connection: connectionOf(options) as Knex.PgConnectionConfig,
    pool: { min: 0, max: options.max ?? 10 },
    ...knexSnakeCaseMappers(),
  })
