import {
  administer,
  createEntity,
  deleteEntity,
  EntityModel,
  holderOf,
  isSiren,
  moveEntity,
  ROOT,
  saidOfEntity,
  updateEntity,
  visibleEntities,
  type EntityKind,
} from '#core'
import { entityIdOf, isNumber, requireOn } from '../access.ts'
import { json, type Call, type Resource } from '../call.ts'
import { pastellDate } from '../http/dates.ts'
import { badRequest, notFound } from '../http/errors.ts'
import type { Json } from '../http/json.ts'

const TYPES: ReadonlySet<string> = new Set<EntityKind>(['collectivite', 'centre_de_gestion'])
const isType = (text: string): text is EntityKind => TYPES.has(text)

/** Pastell 4 knows two types; a service of ours is an authority like another to its clients. */
const typeOf = ({ kind }: EntityModel): string => (kind === 'centre_de_gestion' ? kind : 'collectivite')

/** The keys of an entity that every answer holds, in Pastell's order. */
export const entityFacts = (entity: EntityModel) => ({
  id_e: entity.id,
  denomination: entity.name,
  siren: entity.siren ?? '',
  type: typeOf(entity),
  entite_mere: entity.parentId ?? '0',
})
const standing = (entity: EntityModel) => ({
  centre_de_gestion: entity.managementCentreId ?? '0',
  is_active: entity.active,
})

const shown = async ({ services: { db } }: Call, entity: EntityModel): Promise<Record<string, Json>> => {
  const children = await EntityModel.query(db).where({ parentId: entity.id }).orderBy('id')
  return { ...entityFacts(entity), entite_fille: children.map(({ id }) => ({ id_e: id })), ...standing(entity) }
}

const find = async ({ services: { db } }: Call, id: string): Promise<EntityModel | undefined> =>
  isNumber(id) && id !== ROOT ? EntityModel.query(db).findById(id) : undefined

/** By its number, else by its name (pastell-api.md §8.4): two entities of the same name are a reason to ask again. */
const named = async (call: Call): Promise<EntityModel> => {
  const id = call.rest[0] ?? call.given.text('id_e') ?? ''
  if (id !== '' && id !== '0') {
    const found = await find(call, id)
    if (!found) throw badRequest(`L'identifiant de l'entite n'existe pas : {id_e=${id}}`)
    return found
  }
  const name = call.given.text('denomination')
  if (!name) throw badRequest("Aucun paramètre permettant la recherche de l'entité n'a été renseigné")
  const [found, other] = await EntityModel.query(call.services.db).where({ name }).whereNot({ id: ROOT }).limit(2)
  if (!found) throw badRequest(`La dénomination de l'entité n'existe pas : {denomination=${name}}`)
  if (other) throw badRequest('Plusieurs entités portent le même nom, préférez utiliser son identifiant')
  return found
}

/** What a call says of an entity, checked in Pastell's order; what it leaves out stays as it was. */
const described = async (call: Call, old?: EntityModel) => {
  const { given } = call
  const name = given.text('denomination') ?? old?.name ?? ''
  if (name === '') throw badRequest('Le nom (denomination) est obligatoire')
  const siren = given.text('siren') ?? old?.siren ?? ''
  if (siren !== '' && !isSiren(siren)) throw badRequest(`Le siren « ${siren} » ne semble pas valide`)
  const type = given.text('type') ?? (old ? typeOf(old) : '')
  if (!isType(type))
    throw badRequest(
      "Le type d'entité doit être renseigné. Les valeurs possibles sont collectivite ou centre_de_gestion.",
    )
  const centre = given.text('centre_de_gestion') ?? old?.managementCentreId ?? ''
  const managementCentreId = centre === '' || centre === '0' ? null : centre
  if (managementCentreId !== null && (await find(call, managementCentreId))?.kind !== 'centre_de_gestion')
    throw badRequest(`L'entité ${centre} ne peut pas être utilisée comme centre de gestion`)
  // A service keeps its kind: « collectivite » is what we called it.
  const kind = old && type === typeOf(old) ? {} : { kind: type }
  return { name, siren: siren === '' ? null : siren, managementCentreId, ...kind }
}

/** The mother is looked at after the right on it: where there is no right, nothing is said. */
const openMother = async (call: Call, parentId: string): Promise<void> => {
  const mother = await EntityModel.query(call.services.db).findById(parentId)
  if (mother?.active === false)
    throw badRequest(`L'entité id_e=${parentId} est désactivée, il n'est pas possible de créer une entité fille`)
}

const create = async (call: Call): Promise<Json> => {
  const parentId = entityIdOf(call.given.text('entite_mere'))
  await requireOn(call, parentId, 'entite:edition')
  const values = await described(call)
  await openMother(call, parentId)
  const created = await administer(call, trx => createEntity(trx, { ...values, parentId }), saidOfEntity('creation'))
  return shown(call, created)
}

const list = async (call: Call): Promise<Json> => {
  const active = call.given.text('is_active')
  const query = visibleEntities(call.services.db, call.caller, 'entite:lecture')
    .whereNot({ id: ROOT })
    .clearOrder()
    .orderBy(['parentId', 'name', 'id'])
  if (active !== undefined) void query.where({ active: active !== '' && active !== '0' })
  return (await query).map(entity => ({
    ...entityFacts(entity),
    ...standing(entity),
    ...(active === undefined ? {} : { date_inscription: pastellDate(entity.createdAt) }),
  }))
}

const WHY_KEPT: Readonly<Record<string, (id: string) => string>> = {
  entities: id => `l'entité {id_e=${id}} possède des entités filles`,
  documents: id => `des documents sont définis sur l'entité {id_e=${id}}`,
  users: id => `des utilisateurs sont définis sur l'entité {id_e=${id}}`,
  user_roles: id => `des utilisateurs sont définis sur l'entité {id_e=${id}}`,
  connector_instances: id => `des connecteurs sont définis sur l'entité {id_e=${id}}`,
}

const sayingWhyKept = (error: unknown, id: string): unknown => {
  const why = WHY_KEPT[holderOf(error) ?? '']
  return why ? badRequest(`Suppression impossible : ${why(id)}`) : error
}

/** Entities (pastell-api.md §8.4). */
export const entite: Resource = {
  async GET(call) {
    const [id] = call.rest
    if (id === undefined) return json(await list(call))
    const entity = await find(call, id)
    if (!entity) throw notFound(`L'entité ${id} n'a pas été trouvée`)
    await requireOn(call, id, 'entite:lecture')
    return json(await shown(call, entity))
  },

  async POST(call) {
    const [id, action] = call.rest
    if (id === undefined) return json(await create(call))
    if (action !== 'activate' && action !== 'deactivate') throw badRequest("Cette action n'existe pas.")
    const entity = await find(call, id)
    if (!entity) throw notFound(`L'entité ${id} n'a pas été trouvée`)
    await requireOn(call, id, 'entite:edition')
    const active = action === 'activate'
    const changed = await administer(call, trx => updateEntity(trx, id, { active }), saidOfEntity('modification'))
    return json(await shown(call, changed))
  },

  async PATCH(call) {
    const entity = await named(call)
    const mother = entity.parentId ?? ROOT
    const asked = call.given.text('entite_mere')
    const parentId = asked === undefined ? mother : entityIdOf(asked)
    await requireOn(call, entity.id, 'entite:edition')
    for (const each of new Set([mother, parentId])) await requireOn(call, each, 'entite:edition')
    const values = await described(call, entity)
    if (parentId !== mother) await openMother(call, parentId)
    const changed = await administer(
      call,
      async trx => {
        if (parentId !== mother) await moveEntity(trx, entity.id, parentId)
        return updateEntity(trx, entity.id, values)
      },
      saidOfEntity('modification'),
    )
    return json({ ...(await shown(call, changed)), result: 'ok' })
  },

  async DELETE(call) {
    const entity = await named(call)
    const { id } = entity
    await requireOn(call, id, 'entite:edition')
    try {
      await administer(
        call,
        trx => deleteEntity(trx, id),
        () => saidOfEntity('suppression')(entity),
      )
    } catch (error) {
      throw sayingWhyKept(error, id)
    }
    return json({ result: 'ok' })
  },
}
