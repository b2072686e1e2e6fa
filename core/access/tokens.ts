import type { Db } from '../db/knex.ts'
import { callerOf, type Caller } from './caller.ts'
import { ApiTokenModel, UserModel } from './model.ts'
import { keyDigest, randomKey } from './random-keys.ts'

const MARK_EVERY = 60_000

/** Makes a token for the API. The clear value is returned once; only its digest is kept. */
export const createToken = async (
  db: Db,
  {
    userId,
    name,
    now,
    expiresAt = null,
  }: { readonly userId: string; readonly name: string; readonly now: Date; readonly expiresAt?: Date | null },
): Promise<{ readonly id: string; readonly token: string }> => {
  const token = randomKey()
  const { id } = await ApiTokenModel.query(db).insert({
    userId,
    name,
    hash: keyDigest(token),
    createdAt: now,
    expiresAt,
  })
  return { id, token }
}

export const deleteToken = async (
  db: Db,
  { id, userId }: { readonly id: string; readonly userId: string },
): Promise<void> => {
  await ApiTokenModel.query(db).delete().where({ id, userId })
}

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
  return callerOf(user, { by: 'token' })
}
