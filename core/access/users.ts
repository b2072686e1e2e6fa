import { inTransaction } from '../db/unit-of-work.ts'
import type { Db } from '../db/knex.ts'
import { errors } from '../errors.ts'
import { certificateDigest, readCertificate } from './certificates.ts'
import { SessionModel, UserModel } from './model.ts'
import { hashPassword, passwordWeakness } from './passwords.ts'

export interface NewUser {
  readonly login: string
  readonly firstName?: string
  readonly lastName?: string
  readonly email?: string | null
  /** Left out for an account that only has tokens. */
  readonly password?: string
  /** Entity whose administrators manage the account. */
  readonly entityId: string
  readonly program?: boolean
  /** PEM of a client certificate, which proves the account as a password would. */
  readonly certificate?: string | null
}

const certified = (pem: string | null | undefined) => {
  if (pem === undefined) return {}
  if (pem === null) return { certificate: null, certificateDigest: null }
  const read = readCertificate(pem)
  if (!read)
    throw invalid('certificate', "Ce n'est pas un certificat au format PEM : exportez-le à nouveau, sans sa clé.")
  return { certificate: read.toString(), certificateDigest: certificateDigest(read) }
}

/** The account of that login, whatever the letter case. */
export const findUserByLogin = async (db: Db, login: string): Promise<UserModel | undefined> =>
  UserModel.query(db).whereRaw('lower(login) = lower(?)', [login]).first()

export const findUser = async (db: Db, id: string): Promise<UserModel | undefined> => UserModel.query(db).findById(id)

/** @throws errors.badInput when the login is taken or not writable, or the password too weak */
export const createUser = async (db: Db, { password, certificate, ...user }: NewUser): Promise<UserModel> => {
  const login = await checkedLogin(db, user.login)
  const passwordHash = password === undefined ? null : await hashChecked(password, login)
  return UserModel.query(db).insertAndFetch({ ...user, ...certified(certificate), login, passwordHash })
}

/** What may be changed of an account besides its password. */
export type UserChanges = Partial<
  Pick<NewUser, 'login' | 'firstName' | 'lastName' | 'email' | 'entityId' | 'certificate'> & {
    readonly enabled: boolean
  }
>

/** Changes what is given, leaves the rest. @throws errors.userNotFound, errors.badInput */
export const updateUser = async (
  db: Db,
  userId: string,
  { certificate, ...changes }: UserChanges,
): Promise<UserModel> => {
  const user = await UserModel.query(db).findById(userId)
  if (!user) throw errors.userNotFound()
  const login = changes.login === undefined ? user.login : await checkedLogin(db, changes.login, userId)
  return user.$query(db).patchAndFetch({ ...changes, ...certified(certificate), login })
}

/**
 * Removes an account with its sessions, tokens and roles. The journal keeps the name of who acted.
 * @throws errors.userNotFound
 */
export const deleteUser = async (db: Db, userId: string): Promise<void> => {
  if ((await UserModel.query(db).deleteById(userId)) === 0) throw errors.userNotFound()
}

const PAGE = 100

/** The accounts that an entity manages, by login; `after` is the last login of the page before. */
export const usersOf = async (
  db: Db,
  entityId: string,
  after = '',
): Promise<{ readonly users: readonly UserModel[]; readonly next: string | null }> => {
  const found = await UserModel.query(db)
    .where({ entityId })
    .whereRaw('lower(login) > lower(?)', [after])
    .orderByRaw('lower(login)')
    .limit(PAGE + 1)
  const users = found.slice(0, PAGE)
  return { users, next: found.length > PAGE ? (users.at(-1)?.login ?? null) : null }
}

/** Changes the password and closes every session of the account: whoever had opened one must know the new one. */
export const setPassword = async (db: Db, userId: string, password: string): Promise<void> => {
  const user = await UserModel.query(db).findById(userId)
  if (!user) throw errors.userNotFound()
  const passwordHash = await hashChecked(password, user.login)
  await inTransaction(db, async trx => {
    await UserModel.query(trx).patch({ passwordHash }).findById(userId)
    await SessionModel.query(trx).delete().where({ userId })
  })
}

/** Shuts an account at once, or opens it again. Its sessions and tokens are checked against it at each request. */
export const setUserEnabled = async (db: Db, userId: string, state: 'enabled' | 'disabled'): Promise<void> => {
  const changed = await UserModel.query(db)
    .patch({ enabled: state === 'enabled' })
    .where({ id: userId })
  if (changed === 0) throw errors.userNotFound()
}

const checkedLogin = async (db: Db, given: string, own?: string): Promise<string> => {
  const login = given.trim()
  if (!/^[^\s:]{1,128}$/u.test(login))
    throw invalid('login', "L'identifiant compte de 1 à 128 caractères, sans espace ni deux-points.")
  const taken = await findUserByLogin(db, login)
  if (taken && taken.id !== own)
    throw invalid('login', `L'identifiant « ${login} » est déjà pris : choisissez-en un autre.`)
  return login
}

const hashChecked = (password: string, login: string): Promise<string> => {
  const weakness = passwordWeakness(password, login)
  if (weakness !== undefined) throw invalid('password', weakness)
  return hashPassword(password)
}

const invalid = (field: string, message: string) => errors.badInput({ fields: [{ field, code: field, message }] })
