import type { Db } from '../db/knex.ts'
import { errors } from '../errors.ts'
import { callerOf, type Caller } from './caller.ts'
import { ApiTokenModel, UserModel } from './model.ts'
import { keyDigest, randomKey } from './random-keys.ts'
import type { Scope } from './scope.ts'

const MARK_EVERY = 60_000

export interface NewToken {
  readonly userId: string
  /** What its owner recognises it by. */
  readonly name: string
  readonly now: Date
  /** Left out: it never expires. */
  readonly expiresAt?: Date | null
  /** Left out: everything its account may do. */
  readonly scope?: Scope
}

/** Makes a token for the API. The clear value is returned once; only its digest is kept. */
export const createToken = async (
  db: Db,
  { userId, name, now, expiresAt = null, scope }: NewToken,
): Promise<{ readonly token: string; readonly kept: ApiTokenModel }> => {
  const token = randomKey()
  const kept = await ApiTokenModel.query(db).insertAndFetch({
    userId,
    name,
    hash: keyDigest(token),
    createdAt: now,
    expiresAt,
    entityIds: scope?.entities ?? null,
    flowIds: scope?.flows ?? null,
    readOnly: scope?.readOnly ?? false,
  })
  return { token, kept }
}

/** The tokens of an account, newest first. */
export const tokensOf = async (db: Db, userId: string): Promise<readonly ApiTokenModel[]> =>
  ApiTokenModel.query(db).where({ userId }).orderBy('id', 'desc')

/**
 * Gives the token another value, and a new life as long as the first: its name and its scope stay.
 * @throws errors.tokenNotFound
 */
export const renewToken = async (
  db: Db,
  { id, userId, now }: { readonly id: string; readonly userId: string; readonly now: Date },
): Promise<{ readonly token: string; readonly kept: ApiTokenModel }> => {
  const old = await ApiTokenModel.query(db).findById(id).where({ userId })
  if (!old) throw errors.tokenNotFound()
  const token = randomKey()
  const life = old.expiresAt && old.expiresAt.getTime() - old.createdAt.getTime()
  const kept = await old.$query(db).patchAndFetch({
    hash: keyDigest(token),
    createdAt: now,
    expiresAt: life === null ? null : new Date(now.getTime() + life),
    lastUsedAt: null,
  })
  return { token, kept }
}

/** @throws errors.tokenNotFound when this account has no such token */
export const deleteToken = async (
  db: Db,
  { id, userId }: { readonly id: string; readonly userId: string },
): Promise<void> => {
  if ((await ApiTokenModel.query(db).delete().where({ id, userId })) === 0) throw errors.tokenNotFound()
}

const scopeOf = ({ entityIds, flowIds, readOnly }: ApiTokenModel): Scope | undefined =>
  entityIds || flowIds || readOnly
    ? { entities: entityIds ?? undefined, flows: flowIds ?? undefined, readOnly }
    : undefined

/** The account behind a token, if the token still holds and the account is enabled. */
export const callerOfToken = async (db: Db, token: string, now: Date): Promise<Caller | undefined> => {
  const found = await ApiTokenModel.query(db)
    .where({ hash: keyDigest(token) })
    .first()
  if (!found || (found.expiresAt && found.expiresAt <= now)) return undefined
  const user = await UserModel.query(db).findById(found.userId).where({ enabled: true })
  if (!user) return undefined
  if (!found.lastUsedAt || now.getTime() - found.lastUsedAt.getTime() >= MARK_EVERY)
    await ApiTokenModel.query(db).patch({ lastUsedAt: now }).where({ id: found.id })
  const scope = scopeOf(found)
  return callerOf(user, { by: 'token', ...(scope ? { scope } : {}) })
}
