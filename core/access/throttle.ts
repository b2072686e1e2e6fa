import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import type { Db } from '../db/knex.ts'
import { errors } from '../errors.ts'
import { keyDigest } from './random-keys.ts'

/** Slows down whoever guesses passwords; the counters are shared by every process through PostgreSQL. */
export interface Throttle {
  /**
   * Counts an attempt before its password is looked at, so that a burst of simultaneous ones gains nothing.
   * @throws errors.tooManyAttempts with the seconds to wait
   */
  attempt(login: string, address: string): Promise<void>
  /** The attempt was the right one: forgets the failures of that login from that address. */
  succeeded(login: string, address: string): Promise<void>
}

/**
 * Three counters, since each alone has its hole: five a minute for a login from one address; twenty in a quarter of an hour
 * for a login from anywhere (many addresses, one victim), high enough that a stranger does not shut an agent out with five
 * mistakes; and a hundred for an address (one address, many logins), high enough for a town behind one router.
 */
export const createThrottle = (db: Db): Throttle => {
  const limiter = (keyPrefix: string, points: number, duration: number) =>
    new RateLimiterPostgres({
      storeClient: db,
      storeType: 'knex',
      tableName: 'login_attempts',
      tableCreated: true,
      keyPrefix,
      points,
      duration,
    })
  const pair = limiter('pair', 5, 60)
  const byLogin = limiter('login', 20, 900)
  const byAddress = limiter('address', 100, 900)
  const keys = (login: string, address: string) => {
    const name = keyDigest(login.toLowerCase()).toString('base64url')
    return { pair: `${name}:${address}`, login: name, address }
  }
  return {
    async attempt(login, address) {
      const key = keys(login, address)
      try {
        await pair.consume(key.pair)
        await byLogin.consume(key.login)
        await byAddress.consume(key.address)
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal
        const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000))
        throw errors.tooManyAttempts({ retryAfter: seconds, detail: `Recommencez dans ${readableDelay(seconds)}.` })
      }
    },
    async succeeded(login, address) {
      const key = keys(login, address)
      await Promise.all([pair.delete(key.pair), byLogin.delete(key.login), byAddress.reward(key.address)])
    },
  }
}

const readableDelay = (seconds: number): string =>
  seconds < 60
    ? `${seconds} seconde${seconds > 1 ? 's' : ''}`
    : `${Math.ceil(seconds / 60)} minute${seconds > 60 ? 's' : ''}`
