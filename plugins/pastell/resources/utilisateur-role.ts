import {
  checkMayGrant,
  EntityModel,
  findUser,
  findUserByLogin,
  giveRole,
  grantsOf,
  listRoles,
  rightsOf,
  spelledOut,
  takeRole,
  visibleEntities,
  type UserModel,
} from '#core'
import { entityIdOf, isNumber, requireOn } from '../access.ts'
import { json, type Call, type Resource } from '../call.ts'
import { badRequest, notFound } from '../http/errors.ts'
import type { Json } from '../http/json.ts'

/** What Pastell calls having no role at all. */
const NO_RIGHT = 'aucun droit'
const ALL_ROLES = 'ALL_ROLES'

const userOf = async ({ rest, given, services: { db } }: Call): Promise<UserModel> => {
  const id = rest[0] ?? given.text('id_u') ?? ''
  if (id !== '' && id !== '0') {
    const user = isNumber(id) ? await findUser(db, id) : undefined
    if (!user) throw notFound(`L'utilisateur n'existe pas : {id_u=${id}}`)
    return user
  }
  const login = given.text('login') ?? ''
  const user = login === '' ? undefined : await findUserByLogin(db, login)
  if (!user) throw notFound(`Le login de l'utilisateur n'existe pas : {login=${login}}`)
  return user
}

const knownRole = async ({ services: { db } }: Call, name: string): Promise<void> => {
  const roles = await listRoles(db)
  if (!roles.some(({ id }) => id === name)) throw notFound(`Le role spécifié n'existe pas {role=${name}}`)
}

const grant = async (call: Call, userId: string, entityId: string, roleId: string): Promise<void> => {
  if (roleId === NO_RIGHT) return
  await knownRole(call, roleId)
  await checkMayGrant(call.services.db, call.caller, { entityId, roleId })
  await giveRole(call, { userId, entityId, roleId })
}

const revokeAll = async (call: Call, userId: string, entityId: string): Promise<void> => {
  for (const held of await grantsOf(call.services.db, userId))
    if (held.entityId === entityId) await takeRole(call, { userId, entityId, roleId: held.roleId })
}

/** One row per role, where the caller may read accounts; what the user may do on the entity asked for comes with each. */
const list = async (call: Call, user: UserModel, entityId: string): Promise<Json> => {
  const { db, rightsCatalogue } = call.services
  const visible = await visibleEntities(db, call.caller, 'utilisateur:lecture').select('id')
  const seen = new Set(visible.map(({ id }) => id))
  const here = await rightsOf(db, { id: user.id }, entityId)
  const roles = new Map((await listRoles(db)).map(({ id, rights }) => [id, rights]))
  const rows = (await grantsOf(db, user.id)).filter(held => seen.has(held.entityId))
  if (rows.length === 0) return [{ id_u: user.id, role: NO_RIGHT, id_e: user.entityId, droits: [] }]
  return rows.map(held => ({
    id_u: user.id,
    role: held.roleId,
    id_e: held.entityId,
    droits: spelledOut(new Set([...here, ...(roles.get(held.roleId) ?? [])]), rightsCatalogue()),
  }))
}

/** Roles of an account (pastell-api.md §8.5). */
export const utilisateurRole: Resource = {
  async GET(call) {
    const entityId = entityIdOf(call.given.text('id_e'))
    await requireOn(call, entityId, 'utilisateur:lecture')
    return json(await list(call, await userOf(call), entityId))
  },

  async POST(call) {
    const entityId = entityIdOf(call.given.text('id_e'))
    await requireOn(call, entityId, 'utilisateur:edition')
    const user = await userOf(call)
    await grant(call, user.id, entityId, call.given.text('role') ?? '')
    return json({ result: 'ok' })
  },

  async DELETE(call) {
    const entityId = entityIdOf(call.given.text('id_e'))
    await requireOn(call, entityId, 'utilisateur:edition')
    const user = await userOf(call)
    const name = call.given.text('role') ?? ''
    if (name === ALL_ROLES) await revokeAll(call, user.id, entityId)
    else if (name !== NO_RIGHT) {
      await knownRole(call, name)
      await takeRole(call, { userId: user.id, entityId, roleId: name })
    }
    return json({ result: 'ok' })
  },
}

/** The scripts for several roles name the entity by its number or by its name. */
const entityOf = async ({ given, services: { db } }: Call): Promise<string> => {
  const id = given.text('id_e')
  const name = given.text('denomination')
  if (id || !name) return entityIdOf(id)
  const [found, other] = await EntityModel.query(db).where({ name }).limit(2)
  if (!found) throw badRequest(`La dénomination de l'entité n'existe pas : {denomination=${name}}`)
  if (other) throw badRequest('Plusieurs entités portent le même nom, préférez utiliser son identifiant')
  return found.id
}

/** No role: an empty list; one: an answer; several: a list of them (§11). */
const several = (names: readonly string[]): Json =>
  names.length === 1 ? { result: 'ok' } : names.map(() => ({ result: 'ok' }))

const eachRole =
  (act: (call: Call, userId: string, entityId: string, role: string) => Promise<void>) => async (call: Call) => {
    const entityId = await entityOf(call)
    await requireOn(call, entityId, 'utilisateur:edition')
    const user = await userOf(call)
    const names = call.given.texts('role').filter(Boolean)
    // Every name is looked at before the first role is given or taken.
    for (const name of names) if (name !== ALL_ROLES && name !== NO_RIGHT) await knownRole(call, name)
    const replaced = call.given.text('deleteRoles')
    if (replaced && replaced !== 'false') await revokeAll(call, user.id, entityId)
    for (const name of names) await act(call, user.id, entityId, name)
    return json(several(names))
  }

/** `add-several-role-utilisateur.php` */
export const addSeveralRoles = eachRole(grant)

/** `delete-several-roles-utilisateur.php` */
export const deleteSeveralRoles = eachRole(async (call, userId, entityId, roleId) => {
  if (roleId === ALL_ROLES) await revokeAll(call, userId, entityId)
  else await takeRole(call, { userId, entityId, roleId })
})
