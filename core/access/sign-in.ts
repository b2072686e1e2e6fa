import { createHmac, randomBytes } from 'node:crypto'
import type { Db } from '../db/knex.ts'
import { errors } from '../errors.ts'
import { AccountDisabled } from './account-disabled.ts'
import { callerOf, type Caller } from './caller.ts'
import { UserModel } from './model.ts'
import { passwordMatches } from './passwords.ts'
import type { Throttle } from './throttle.ts'
import { findUserByLogin } from './users.ts'

export interface Credentials {
  readonly login: string
  readonly password: string
}

export interface SignIn {
  /** Checks a password typed by a person. @throws errors.badCredentials, errors.tooManyAttempts */
  withPassword(credentials: Credentials, address: string): Promise<Caller>
  /**
   * The same for a program, which sends its password with each request (HTTP Basic). One that was right is remembered five
   * minutes, as a keyed digest in memory, as long as the stored hash stays the same: argon2 at each call would cost 25 ms
   * and 19 MiB.
   */
  withBasic(credentials: Credentials, address: string): Promise<Caller>
}

const REMEMBERED = 5 * 60_000
const MOST_REMEMBERED = 2_000

export const createSignIn = ({
  db,
  throttle,
  clock,
}: {
  readonly db: Db
  readonly throttle: Throttle
  readonly clock: { now(): Date }
}): SignIn => {
  const secret = randomBytes(32)
  const remembered = new Map<string, { readonly until: number; readonly hash: string; readonly userId: string }>()
  /** Simultaneous requests with the same credentials wait for one check, and count as one attempt. */
  const checking = new Map<string, Promise<UserModel>>()

  const check = async ({ login, password }: Credentials, address: string): Promise<UserModel> => {
    await throttle.attempt(login, address)
    const user = await findUserByLogin(db, login)
    const matches = await passwordMatches(password, user?.passwordHash)
    if (!user || !matches) throw errors.badCredentials()
    // Said by the cause alone: the native API gives the same answer to all, whoever has the right password included.
    if (!user.enabled) throw errors.badCredentials({ cause: new AccountDisabled(user.login) })
    await throttle.succeeded(login, address)
    return user
  }

  const recall = async (key: string): Promise<UserModel | undefined> => {
    const known = remembered.get(key)
    if (!known || known.until <= clock.now().getTime()) return undefined
    return UserModel.query(db).findById(known.userId).where({ enabled: true, passwordHash: known.hash })
  }

  const remember = (key: string, user: UserModel): void => {
    remembered.delete(key)
    if (remembered.size >= MOST_REMEMBERED) remembered.delete(remembered.keys().next().value ?? key)
    if (user.passwordHash !== null)
      remembered.set(key, { until: clock.now().getTime() + REMEMBERED, hash: user.passwordHash, userId: user.id })
  }

  return {
    async withPassword(credentials, address) {
      return callerOf(await check(credentials, address), { by: 'password' })
    },
    async withBasic(credentials, address) {
      const key = createHmac('sha256', secret)
        .update(JSON.stringify([credentials.login.toLowerCase(), credentials.password]))
        .digest('base64')
      const known = await recall(key)
      if (known) return callerOf(known, { by: 'password' })
      const pending = checking.get(key) ?? check(credentials, address)
      checking.set(key, pending)
      try {
        const user = await pending
        remember(key, user)
        return callerOf(user, { by: 'password' })
      } finally {
        checking.delete(key)
      }
    },
  }
}
