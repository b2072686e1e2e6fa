import {
  checkMayTake,
  administer,
  createUser,
  deleteUser,
  EntityModel,
  errors,
  findUser,
  findUserByLogin,
  Problem,
  setPassword,
  setUserEnabled,
  saidOfAccount,
  updateUser,
  usersOf,
  type UserModel,
} from '#core'
import { entityIdOf, isNumber, requireOn } from '../access.ts'
import { json, type Call, type Resource } from '../call.ts'
import { badRequest, notFound, PastellError } from '../http/errors.ts'
import type { Json } from '../http/json.ts'
import { certificateGiven } from './utilisateur-certificat.ts'
import { createOwnToken, listOwnTokens, renewOwnToken, revokeOwnToken } from './utilisateur-token.ts'

const EMAIL = /^[^\s@"<>(),;:\\]+@[^\s@"<>(),;:\\]+\.[^\s@"<>(),;:\\.]+$/u

const shown = (user: UserModel): Record<string, Json> => ({
  id_u: user.id,
  login: user.login,
  nom: user.lastName,
  prenom: user.firstName,
  email: user.email ?? '',
  certificat: user.certificate ?? '',
  id_e: user.entityId,
  active: user.enabled,
})

const find = async ({ services: { db } }: Call, id: string): Promise<UserModel | undefined> =>
  isNumber(id) ? findUser(db, id) : undefined

/** The account of a path, for reading it or switching it. */
const ofPath = async (call: Call, id: string): Promise<UserModel> => {
  const user = await find(call, id)
  if (!user) throw notFound(`L'utilisateur n'existe pas : {id_u=${id}}`)
  return user
}

/** The account to change: by its number, else by its login. Pastell says it in other words than for reading. */
const toChange = async (call: Call): Promise<UserModel> => {
  const id = call.rest[0] ?? call.given.text('id_u') ?? ''
  if (id !== '' && id !== '0') {
    const user = await find(call, id)
    if (!user) throw notFound(`L'identifiant de l'utilisateur n'existe pas : {id_u=${id}}`)
    return user
  }
  const login = call.given.text('login') ?? ''
  const user = login === '' ? undefined : await findUserByLogin(call.services.db, login)
  if (!user) throw notFound(`Le login de l'utilisateur n'existe pas : {login=${login}}`)
  return user
}

/** What a call says of an account, checked in Pastell's order; what it leaves out stays as it was. */
const described = async (call: Call, old?: UserModel) => {
  const { given, services } = call
  const text = (name: string, kept: string | null | undefined, message: string) => {
    const value = given.text(name) ?? kept ?? ''
    if (value === '') throw badRequest(message)
    return value
  }
  const login = text('login', old?.login, 'Le login est obligatoire')
  const lastName = text('nom', old?.lastName, 'Le nom est obligatoire')
  const firstName = text('prenom', old?.firstName, 'Le prénom est obligatoire')
  const email = given.text('email') ?? old?.email ?? ''
  if (!EMAIL.test(email)) throw badRequest('Votre adresse email ne semble pas valide')
  const entityId = old && !given.text('id_e') ? old.entityId : entityIdOf(given.text('id_e'))
  if (old && entityId !== old.entityId) {
    if (!isNumber(entityId) || !(await EntityModel.query(services.db).findById(entityId)))
      throw badRequest(`L'entité ${entityId} n'existe pas`)
    await requireOn(call, entityId, 'utilisateur:edition')
  }
  const certificate = await certificateGiven(call)
  const taken = await findUserByLogin(services.db, login)
  if (taken && taken.id !== old?.id) throw new PastellError(409, 'Un utilisateur avec le même login existe déjà.')
  return { login, lastName, firstName, email, entityId, certificate }
}

const PASSWORD_TOO_WEAK = "Le mot de passe n'est pas assez fort. (trop court ou pas assez de caractères différents)"

/** A refused password in the words that Pastell's clients know. */
const sayingWeakness = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    if (error instanceof Problem && error.fields?.some(({ field }) => field === 'password'))
      throw badRequest(PASSWORD_TOO_WEAK)
    throw error
  }
}

const create = async (call: Call): Promise<Json> => {
  await requireOn(call, entityIdOf(call.given.text('id_e')), 'utilisateur:creation')
  const { certificate, ...user } = await described(call)
  const password = call.given.text('password')
  return shown(
    await sayingWeakness(
      administer(
        call,
        trx => createUser(trx, { ...user, certificate: certificate ?? null, ...(password ? { password } : {}) }),
        saidOfAccount('creation'),
      ),
    ),
  )
}

const change = async (call: Call): Promise<Json> => {
  const user = await toChange(call)
  await requireOn(call, user.entityId, 'utilisateur:edition')
  await checkMayTake(call.services.db, call.caller, user.id)
  const { certificate, ...changes } = await described(call, user)
  const password = call.given.text('password')
  // Pastell's own trap: a PATCH that says nothing of the certificate removes it.
  const kept = certificate ?? (call.given.text('dont_delete_certificate_if_empty') ? user.certificate : null)
  const changed = await administer(
    call,
    async trx => {
      if (password) await sayingWeakness(setPassword(trx, user.id, password))
      return updateUser(trx, user.id, { ...changes, certificate: kept })
    },
    saidOfAccount('modification'),
  )
  return { ...shown(changed), result: 'ok' }
}

const list = async (call: Call): Promise<Json> => {
  const entityId = entityIdOf(call.given.text('id_e'))
  await requireOn(call, entityId, 'utilisateur:lecture')
  const found: UserModel[] = []
  for (let after: string | null = ''; after !== null;) {
    const page = await usersOf(call.services.db, entityId, after)
    found.push(...page.users)
    after = page.next
  }
  return found.map(({ id, login, email, enabled }) => ({ id_u: id, login, email: email ?? '', active: enabled }))
}

const toggle = async (call: Call, id: string, action: string | undefined): Promise<Json> => {
  if (action !== 'activate' && action !== 'deactivate') throw badRequest("Cette action n'existe pas.")
  const user = await ofPath(call, id)
  await requireOn(call, user.entityId, 'utilisateur:edition')
  if (action === 'deactivate' && user.id === call.caller.id)
    throw badRequest('Vous ne pouvez pas désactiver votre compte utilisateur.')
  await checkMayTake(call.services.db, call.caller, user.id)
  await administer(
    call,
    trx => setUserEnabled(trx, user.id, action === 'activate' ? 'enabled' : 'disabled'),
    () => saidOfAccount('modification')(user),
  )
  return shown(await ofPath(call, id))
}

/** Accounts, and one's own tokens (pastell-api.md §8.5). */
export const utilisateur: Resource = {
  async GET(call) {
    const [id] = call.rest
    if (id === 'token') return json(await listOwnTokens(call))
    if (id === undefined) return json(await list(call))
    const user = await ofPath(call, id)
    await requireOn(call, user.entityId, 'utilisateur:lecture')
    return json(shown(user))
  },

  async POST(call) {
    const [id, action, verb] = call.rest
    if (id === 'token')
      return json(await (action === undefined ? createOwnToken(call) : renewOwnToken(call, action, verb)))
    return json(await (id === undefined ? create(call) : toggle(call, id, action)))
  },

  async PATCH(call) {
    if (call.rest[0] === undefined && call.given.text('create')) return json(await create(call))
    return json(await change(call))
  },

  async DELETE(call) {
    const [id, token] = call.rest
    if (id === 'token') {
      await revokeOwnToken(call, token)
      return { is: 'nothing' }
    }
    const user = await toChange(call)
    await requireOn(call, user.entityId, 'utilisateur:edition')
    if (user.id === call.caller.id) throw errors.conflict({ detail: 'On ne supprime pas son propre compte.' })
    await checkMayTake(call.services.db, call.caller, user.id)
    await administer(
      call,
      trx => deleteUser(trx, user.id),
      () => saidOfAccount('suppression')(user),
    )
    return json({ result: 'ok' })
  },
}
