import type { Db } from '../db/knex.ts'
import { callerOf, type Caller } from './caller.ts'
import { SessionModel, UserModel } from './model.ts'
import { keyDigest, randomKey } from './random-keys.ts'

/** A minute between two marks: seeing a session costs a read, seldom a write. */
const MARK_EVERY = 60_000

export interface OpenedSession {
  /** For the cookie: never stored, never shown again. */
  readonly key: string
  readonly csrf: string
  readonly expiresAt: Date
}

/**
 * Opens a session, under a new key each time: one known before signing in is worth nothing after.
 * @param lifetime milliseconds without any request after which the session ends
 * @param replaces key of the session the browser had, closed
 */
export const openSession = async (
  db: Db,
  userId: string,
  {
    now,
    lifetime,
    replaces,
  }: { readonly now: Date; readonly lifetime: number; readonly replaces?: string | undefined },
): Promise<OpenedSession> => {
  if (replaces !== undefined) await closeSession(db, replaces)
  const opened = { key: randomKey(), csrf: randomKey(), expiresAt: new Date(now.getTime() + lifetime) }
  await SessionModel.query(db).insert({
    idHash: keyDigest(opened.key),
    userId,
    csrf: opened.csrf,
    createdAt: now,
    seenAt: now,
    expiresAt: opened.expiresAt,
  })
  return opened
}

/** The person behind a session key, if the session is alive and the account enabled; puts its end off. */
export const callerOfSession = async (
  db: Db,
  key: string,
  { now, lifetime }: { readonly now: Date; readonly lifetime: number },
): Promise<Caller | undefined> => {
  const idHash = keyDigest(key)
  const session = await SessionModel.query(db).findById([idHash]).where('expiresAt', '>', now)
  if (!session) return undefined
  const user = await UserModel.query(db).findById(session.userId).where({ enabled: true })
  if (!user) return undefined
  if (now.getTime() - session.seenAt.getTime() >= MARK_EVERY)
    await SessionModel.query(db)
      .patch({ seenAt: now, expiresAt: new Date(now.getTime() + lifetime) })
      .where({ idHash })
  return callerOf(user, { by: 'session', csrf: session.csrf })
}

export const closeSession = async (db: Db, key: string): Promise<void> => {
  await SessionModel.query(db)
    .delete()
    .where({ idHash: keyDigest(key) })
}

/** Removes the sessions that ended by themselves. @returns how many */
export const forgetEndedSessions = async (db: Db, now: Date): Promise<number> =>
  SessionModel.query(db).delete().where('expiresAt', '<=', now)
