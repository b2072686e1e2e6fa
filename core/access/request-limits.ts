import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import type { Db } from '../db/knex.ts'
import { errors } from '../errors.ts'

/** Requests per minute; 0 for no limit. */
export interface RequestLimits {
  readonly perAccount: number
  readonly perAddress: number
}

/** What remains of the minute. */
export interface Quota {
  readonly limit: number
  readonly remaining: number
  /** Seconds before the count starts again. */
  readonly reset: number
}

/** Counts one request of this account, or of this address. `undefined`: nothing is counted. @throws errors.tooManyRequests */
export type Count = (key: string) => Promise<Quota | undefined>

const seconds = ({ msBeforeNext }: RateLimiterRes): number => Math.max(1, Math.ceil(msBeforeNext / 1000))

export const counterOf = (db: Db, keyPrefix: string, limit: number): Count => {
  if (limit === 0) return () => Promise.resolve(undefined)
  const limiter = new RateLimiterPostgres({
    storeClient: db,
    storeType: 'knex',
    // The table of counters, whose first use was the attempts to sign in: the prefix tells them apart.
    tableName: 'login_attempts',
    tableCreated: true,
    keyPrefix,
    points: limit,
    duration: 60,
    // Whoever insists costs the database nothing more.
    inMemoryBlockOnConsumed: limit + 1,
  })
  return async key => {
    try {
      const counted = await limiter.consume(key)
      return { limit, remaining: counted.remainingPoints, reset: seconds(counted) }
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal
      throw errors.tooManyRequests({ retryAfter: seconds(refusal), detail: `La limite est de ${limit} par minute.` })
    }
  }
}

/** The counters of requests, shared by every process through PostgreSQL. */
export const createRequestCounters = (
  db: Db,
  { perAccount, perAddress }: RequestLimits,
): { readonly account: Count; readonly address: Count } => ({
  account: counterOf(db, 'requests-account', perAccount),
  address: counterOf(db, 'requests-address', perAddress),
})
