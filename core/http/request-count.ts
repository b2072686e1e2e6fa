import type { Context } from 'koa'
import type { Count } from '../access/request-limits.ts'
import { Problem } from '../errors.ts'

/** Counts a request and says what remains of the minute, in the answer; the count of an account replaces that of its address. */
export const countRequest = async (ctx: Context, count: Count, key: string): Promise<void> => {
  try {
    const quota = await count(key)
    if (!quota) return
    ctx.set('RateLimit-Limit', String(quota.limit))
    ctx.set('RateLimit-Remaining', String(quota.remaining))
    ctx.set('RateLimit-Reset', String(quota.reset))
  } catch (error) {
    if (error instanceof Problem) {
      ctx.remove('RateLimit-Limit') // which may be that of the address; the sentence says the one that was passed
      ctx.set('RateLimit-Remaining', '0')
      ctx.set('RateLimit-Reset', String(error.retryAfter ?? 60))
    }
    throw error
  }
}
