import { ForeignKeyViolationError } from 'objection'
import type { Db, Transaction } from '../db/knex.ts'
import { errors, Problem, type FieldProblem } from '../errors.ts'
import { EntityModel, lineOf, ROOT, type EntityKind } from './model.ts'
import { isSiren } from './siren.ts'

export interface NewEntity {
  readonly name: string
  readonly siren?: string | null
  readonly kind?: EntityKind
  /** The root when left out. */
  readonly parentId?: string
  /** Another entity, a management centre; kept for those who ask. */
  readonly managementCentreId?: string | null
}

/** @throws errors.entityNotFound */
export const getEntity = async (db: Db, id: string): Promise<EntityModel> => {
  const found = await EntityModel.query(db).findById(id)
  if (!found) throw errors.entityNotFound()
  return found
}

/**
 * Creates an entity under another.
 * @throws errors.badInput for a name or SIREN that cannot be; errors.entityInactive under an inactive mother (domain §1.4)
 */
export const createEntity = async (
  db: Db,
  { name, siren = null, kind = 'collectivite', parentId = '0', managementCentreId = null }: NewEntity,
): Promise<EntityModel> => {
  const values = checked({ name, siren })
  const parent = await getEntity(db, parentId)
  if (!parent.active) throw errors.entityInactive({ detail: `« ${parent.name} » est inactive.` })
  // `path` is left to the database, which reads the mother's under a lock.
  return EntityModel.query(db).insertAndFetch({ ...values, kind, parentId, managementCentreId })
}

/** Changes what is given, leaves the rest. @throws errors.badInput, errors.entityNotFound */
export const updateEntity = async (
  db: Db,
  id: string,
  changes: Partial<Pick<NewEntity, 'name' | 'siren' | 'kind' | 'managementCentreId'>> & { readonly active?: boolean },
): Promise<EntityModel> => {
  const entity = await getEntity(db, id)
  const { name, siren } = checked({ name: changes.name ?? entity.name, siren: changes.siren ?? null })
  return entity.$query(db).patchAndFetch({
    name,
    ...(changes.siren === undefined ? {} : { siren }),
    ...(changes.active === undefined ? {} : { active: changes.active }),
    ...(changes.kind === undefined ? {} : { kind: changes.kind }),
    ...(changes.managementCentreId === undefined ? {} : { managementCentreId: changes.managementCentreId }),
  })
}

/**
 * Moves an entity, and all it holds, under another. Rights and inherited connectors follow at once, descendants included.
 * Call it in a transaction: the table is locked until it ends, so that two moves cannot make a ring.
 * @throws errors.conflict for the root, or under itself or a descendant
 */
export const moveEntity = async (trx: Transaction, id: string, parentId: string): Promise<EntityModel> => {
  await trx.raw('lock table entities in share row exclusive mode')
  const [entity, parent] = [await getEntity(trx, id), await getEntity(trx, parentId)]
  if (entity.parentId === null || parent.path.startsWith(entity.path))
    throw errors.conflict({ detail: `« ${entity.name} » ne peut pas être placée sous « ${parent.name} ».` })
  if (!parent.active) throw errors.entityInactive({ detail: `« ${parent.name} » est inactive.` })
  const path = `${parent.path}${id}/`
  await EntityModel.query(trx)
    .patch({ path: trx.raw('? || substr(path, ?)', [path, entity.path.length + 1]) })
    .where('path', 'like', `${entity.path}%`)
  return EntityModel.query(trx).patchAndFetchById(id, { parentId })
}

/** What keeps an entity alive, by the table that refers to it. */
const HELD_BY: Readonly<Record<string, string>> = {
  entities: 'a des entités filles',
  users: 'gère des comptes',
  user_roles: 'porte des rôles',
  connector_instances: 'a des connecteurs',
  documents: 'a des documents',
}

/**
 * Removes an entity that nothing refers to. One that ever had a document keeps its journal, hence stays: deactivate it.
 * @throws errors.entityNotFound; errors.conflict saying what it still holds
 */
export const deleteEntity = async (db: Db, id: string): Promise<void> => {
  const { name } = await getEntity(db, id)
  if (id === ROOT) throw errors.conflict({ detail: "L'entité racine ne se supprime pas." })
  try {
    await EntityModel.query(db).deleteById(id)
  } catch (error) {
    if (!(error instanceof ForeignKeyViolationError)) throw error
    const why = HELD_BY[error.table] ?? 'a une histoire au journal'
    throw errors.conflict({ detail: `« ${name} » ${why} : videz-la d'abord, ou désactivez-la.`, cause: error })
  }
}

/** Which table still refers to the entity, when that is why `deleteEntity` refused. */
export const holderOf = (error: unknown): string | undefined =>
  error instanceof Problem && error.cause instanceof ForeignKeyViolationError ? error.cause.table : undefined

/** The SIREN of the entity, else of its nearest ancestor that has one (domain §1.4). */
export const sirenOf = async (db: Db, id: string): Promise<string | undefined> => {
  const entity = await getEntity(db, id)
  const nearest = await EntityModel.query(db)
    .findByIds([...lineOf(entity.path)])
    .whereNotNull('siren')
    .orderByRaw('length(path) desc')
    .first()
  return nearest?.siren ?? undefined
}

const checked = ({ name, siren }: { readonly name: string; readonly siren: string | null }) => {
  const values = { name: name.trim(), siren: siren?.replaceAll(/\s/gu, '') || null }
  const fields: FieldProblem[] = []
  if (values.name.length < 1 || values.name.length > 128)
    fields.push({ field: 'name', code: 'longueur', message: "Le nom de l'entité compte de 1 à 128 caractères." })
  if (values.siren !== null && !isSiren(values.siren))
    fields.push({
      field: 'siren',
      code: 'siren',
      message: 'Le SIREN compte 9 chiffres, le dernier étant une clé : vérifiez-le.',
    })
  if (fields.length > 0) throw errors.badInput({ fields })
  return values
}
